"""The table of all checks, with their thresholds and the reasons for them, and its use."""

from collections.abc import Iterable
from dataclasses import dataclass

from colorkeras.diagnosis import color_checks as colors
from colorkeras.diagnosis import loss_checks as losses
from colorkeras.diagnosis import rate_checks as rates
from colorkeras.diagnosis.check import ALARM, CAUSE, NOTE, SYMPTOM, Check
from colorkeras.diagnosis.facts import Facts
from colorkeras.diagnosis.finding import Finding, MissingError

_BAD_COLORS = ("grey", "one_color", "noise", "garish", "worse_than_random")
_DIVERGED = (*_BAD_COLORS, "clipped", "not_finite", "loss_risen", "loss_flat")

# A symptom that most trainings show in their first epochs has a patience above 1.
CHECKS = (
    Check(
        "grey",
        SYMPTOM,
        ALARM,
        f"colorfulness below {colors.GREY_RATIO} of the originals': half of what the baseline of "
        "half saturation has",
        colors.grey,
        patience=3,
    ),
    Check(
        "pale",
        SYMPTOM,
        NOTE,
        f"colorfulness from {colors.GREY_RATIO} to {colors.PALE_RATIO} of the originals': paler "
        "than the baseline of half saturation",
        colors.pale,
    ),
    Check(
        "one_color",
        SYMPTOM,
        ALARM,
        f"the sample images are colored, but their chroma deviates less than "
        f"{colors.ONE_COLOR_SPREAD} times as much as the originals', or the entropy of their hues "
        f"is below {colors.ONE_COLOR_ENTROPY} of the originals'. The other runs of results/ have "
        "at least 0.4 and 0.8",
        colors.one_color,
        patience=3,
    ),
    Check(
        "noise",
        SYMPTOM,
        ALARM,
        f"neighboring pixels of the sample images differ more than {colors.ROUGH:g} times as much "
        "in chroma as those of the originals. Runs of results/ with smooth colors have at most 2.8",
        colors.noise,
        patience=3,
    ),
    Check(
        "garish",
        SYMPTOM,
        ALARM,
        f"colorfulness above {colors.VIVID_RATIO} of the originals': as far above 1 as "
        f"{colors.PALE_RATIO} is below",
        colors.vivid,
        patience=2,
    ),
    Check(
        "worse_than_random",
        SYMPTOM,
        ALARM,
        "chroma error above √2 times that of grey: colors drawn at random from the originals have "
        "√2 times the error of the mean color, which grey does not beat by much",
        colors.worse_than_random,
        patience=2,
    ),
    Check(
        "clipped",
        SYMPTOM,
        ALARM,
        f"{colors.CLIPPED:.0%} more of the predicted pixels than of the original ones have a "
        "channel at 0 or 255; the other runs of results/ have at most 6% more",
        colors.clipped,
        patience=2,
    ),
    Check(
        "not_finite",
        CAUSE,
        ALARM,
        "a loss is NaN or infinite: no step after it can be right",
        losses.not_finite,
    ),
    Check(
        "loss_risen",
        CAUSE,
        ALARM,
        f"the loss of the last epoch is more than {losses.RISEN:g} times the lowest of an "
        "earlier one: shuffling alone does not double the mean of an epoch. Terms of a GAN's game "
        "are not counted, as they need not fall",
        losses.risen,
        patience=1,
    ),
    Check(
        "loss_flat",
        CAUSE,
        ALARM,
        f"over all epochs (at least three, else over the rows) the loss changed by less than "
        f"{losses.FLAT:.0%}; the runs of results/ changed by 6% or more",
        losses.flat,
        patience=3,
    ),
    Check(
        "learning_rate_high",
        CAUSE,
        ALARM,
        f"Adam or RMSprop at a rate of {rates.FAST_RATE:g} or more, ten times Keras's default, "
        "and the colors or the losses are bad: a step then moves a weight by a fifth of its size "
        "or more",
        rates.rate_high,
        patience=1,
        only_with=_DIVERGED,
    ),
    Check(
        "learning_rate_small",
        CAUSE,
        ALARM,
        f"the rates of all steps of Adam or RMSprop add up to less than {rates.SHORT_WAY:g}, a "
        "fifth of what weights begin with",
        rates.rate_small,
        patience=1,
    ),
    Check(
        "learning_rate_faded",
        CAUSE,
        ALARM,
        f"for half of the steps or more the rate was below {rates.FADED:.0%} of its highest "
        "value: these steps together are as much as one step in a hundred",
        rates.rate_faded,
        patience=1,
    ),
    Check(
        "term_dominates",
        CAUSE,
        ALARM,
        f"one term is above {losses.DOMINANT:.0%} of the model's loss; pix2pix's λ = 100 gives "
        "L1 about 90%",
        losses.dominated,
        patience=2,
    ),
    Check(
        "discriminator_won",
        CAUSE,
        ALARM,
        f"its losses on generated and on true images are below {losses.CERTAIN} in two epochs in "
        "a row: it gives the right answer 95% or more, where Goodfellow et al., 2014, section 3, "
        "see the generator's gradient vanish",
        losses.discriminator_won,
        patience=1,
    ),
    Check(
        "discriminator_guesses",
        CAUSE,
        ALARM,
        f"both losses within {losses.NEAR_LOG_2} of log 2 in every epoch, and the colors are "
        "bad. With good colors that is the balance that a GAN looks for (Goodfellow et al., 2014, "
        "section 4)",
        losses.discriminator_guesses,
        only_with=(*_BAD_COLORS, "pale"),
    ),
    Check(
        "saturated_head",
        CAUSE,
        ALARM,
        f"{colors.SATURATED:.0%} more of the outputs than of the targets are within 1% of the ends "
        "of tanh or sigmoid, where the gradient is below 4% of its largest value. Needs --model",
        colors.saturated_head,
    ),
    Check(
        "grey_data",
        CAUSE,
        ALARM,
        f"more than {colors.GREY_SHARE:.0%} of the test images (during training: the mean of the "
        f"validation images) are closer to grey than {colors.FAINT:g} ab units, two differences "
        "that are just visible (Mahy et al., 1994); of the data of results/ at most 5% are. Images "
        "without any color are set aside before",
        colors.grey_data,
        patience=1,
    ),
    Check(
        "one_color_data",
        CAUSE,
        ALARM,
        f"painting all images in one color has less than {colors.ONE_COLOR_DATA} of grey's error, "
        "so that it explains 84% of the squared chroma. The data of results/ have 0.78 or more",
        colors.one_color_data,
        patience=1,
    ),
    Check(
        "domain",
        CAUSE,
        ALARM,
        "trained on rendered scenes and measured on photographs, or the reverse",
        colors.domain,
    ),
    Check(
        "still_falling",
        CAUSE,
        NOTE,
        f"the loss fell by more than {losses.STILL_FALLING:.0%} in the last epoch, and the "
        "colors are bad",
        losses.still_falling,
        only_with=(*_BAD_COLORS, "pale"),
    ),
    Check(
        "no_supervision",
        CAUSE,
        NOTE,
        "the adversarial loss is the only one of the model, and the colors are bad",
        losses.unsupervised,
        only_with=_BAD_COLORS,
    ),
    Check(
        "averaging_loss",
        CAUSE,
        NOTE,
        "the squared or absolute error is the only loss, and the colors are grey, pale or one",
        losses.averages,
        only_with=("grey", "pale", "one_color"),
    ),
)


@dataclass(frozen=True)
class Result:
    """A check and what came of it.

    Attributes:
        check: the `Check`.
        finding: what it found, None where all is well.
        missing: why it could not be made; empty where it could.
    """

    check: Check
    finding: Finding | None = None
    missing: str = ""


def examine(facts: Facts, checks: Iterable[Check] = CHECKS) -> list[Result]:
    """Make the checks, in their order.

    Args:
        facts: the records of a run.
        checks: which to make; one that others are `only_with` stands before them.
    """
    results: list[Result] = []
    found: set[str] = set()
    for check in checks:
        result = _result(check, facts)
        if check.only_with and not found & set(check.only_with):
            result = Result(check, missing=result.missing)
        if result.finding:
            found.add(check.name)
        results.append(result)
    return results


def _result(check: Check, facts: Facts) -> Result:
    try:
        return Result(check, check.find(facts))
    except MissingError as reason:
        return Result(check, missing=str(reason))
