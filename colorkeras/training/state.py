"""The state of a training between two steps, apart from variables, and its check on resume."""

from dataclasses import dataclass, field

_MOST = 1e300  # beyond it sums would overflow


@dataclass
class TrainState:
    """What a checkpoint holds beside the variables.

    `sums` are the loss terms added up over the images of the running epoch, `counted` over how
    many images each (not every objective is updated in every step): rows of train.csv are averages
    since the start of their epoch, as in the usual logs of GAN trainings.
    """

    step: int = 0
    sums: dict = field(default_factory=dict)
    counted: dict = field(default_factory=dict)
    plateaus: dict = field(default_factory=dict)
    train_seconds: float = 0.0
    images_timed: int = 0

    @classmethod
    def restored(cls, stored, total_steps):
        """Return the state of a checkpoint.

        Args:
            stored: what JSON gave.
            total_steps: of the training; a later step is refused.

        Raises:
            ValueError: when an entry is missing, unknown or impossible.
        """
        expected = vars(cls())
        if not isinstance(stored, dict) or stored.keys() != expected.keys():
            raise ValueError(f"expected the entries {', '.join(expected)}")
        for name, value in expected.items():
            kinds = (int, float) if type(value) is float else (type(value),)
            if type(stored[name]) not in kinds:
                raise ValueError(f"{name} is {stored[name]!r}")
        state = cls(**stored)
        if not 0 <= state.step <= total_steps:
            raise ValueError(f"step is {state.step} of {total_steps}")
        if state.sums.keys() != state.counted.keys() or not all(
            _is_number(total, -_MOST) and _is_number(state.counted[name], 1)
            for name, total in state.sums.items()
        ):
            raise ValueError("sums and counted are not those of loss terms")
        if not (_is_number(state.train_seconds, 0) and _is_number(state.images_timed, 0)):
            raise ValueError("train_seconds or images_timed is not a number from 0")
        return state


def _is_number(value, least):
    return type(value) in (int, float) and least <= value <= _MOST  # refuses NaN too
