"""The embedded default data as a source: rendered scenes, without a download or a licence."""

import hashlib
import threading

import numpy as np

from colorkeras.config.settings import DataTable
from colorkeras.console.errors import UserError
from colorkeras.data import scenes
from colorkeras.data.splits import SPLITS
from colorkeras.data.subset import Joined

# Painting is hundreds of short calls that hold Python's global lock: two painting threads are
# slower than one.
_ONE_PAINTER = threading.Lock()


class SceneSet:
    """The rendered scenes of one split; an `ImageSet`."""

    def __init__(
        self, domain: str, seed: int, split: str, count: int, height: int, width: int
    ) -> None:
        self._domain, self._seed, self._split = domain, seed, split
        self.size = (height, width)
        self.names = [f"{domain}-{seed}-{split}-{index:06d}" for index in range(count)]

    def __len__(self) -> int:
        return len(self.names)

    def read(self, index: int) -> np.ndarray:
        """Return scene `index` as (height, width, 3) uint8 sRGB."""
        height, width = self.size
        with _ONE_PAINTER:
            return scenes.render(
                self._domain,
                seed=self._seed,
                split=self._split,
                index=index,
                height=height,
                width=width,
            )

    def expected(self, index: int) -> np.ndarray:
        """Return the best prediction of scene `index` that luminance allows.

        Returns:
            (height, width, 3) float32 in [0, 255]: the mean over the hues of the ambiguous parts.
        """
        height, width = self.size
        return scenes.render_expected(
            self._domain,
            seed=self._seed,
            split=self._split,
            index=index,
            height=height,
            width=width,
        )

    @property
    def manifest_hash(self) -> str:
        """SHA-256 over all names and the bytes of the first four images."""
        digest = hashlib.sha256("\n".join(self.names).encode())
        for index in range(min(4, len(self))):
            digest.update(self.read(index).tobytes())
        return digest.hexdigest()


class SceneSource:
    """Rendered scenes of one domain as train, val and test sets; a `DataSource`.

    Args:
        domain: one of `scenes.DOMAINS`.
        seed: another seed gives other scenes.
        counts: number of images of each split.
        height, width: of each image in pixels.

    Raises:
        UserError: when the images are smaller than the painters can paint.
    """

    def __init__(
        self, domain: str, *, seed: int, counts: dict[str, int], height: int, width: int
    ) -> None:
        if min(height, width) < scenes.MIN_SIZE:
            raise UserError(
                f"data.height, data.width: received {height}, {width}; rendered scenes need at "
                f"least {scenes.MIN_SIZE} pixels each way."
            )
        self.name = f"scenes:{domain}"
        self.sets = {
            split: SceneSet(domain, seed, split, counts[split], height, width) for split in SPLITS
        }
        self.default_split = "test"
        self.set_aside: list[tuple[str, str]] = []
        self.notes: list[str] = []

    @property
    def whole(self) -> Joined:
        """All scenes as one set."""
        return Joined(list(self.sets.values()))

    @property
    def manifest_hash(self) -> str:
        """SHA-256 over the lines "split manifest_hash" of the sets."""
        text = "".join(f"{split} {images.manifest_hash}\n" for split, images in self.sets.items())
        return hashlib.sha256(text.encode()).hexdigest()


def open_scenes(data: DataTable) -> SceneSource:
    """Open the scenes that a configuration names.

    Raises:
        UserError: on an unknown domain, or images that are too small.
    """
    counts = {"train": data.train_images, "val": data.val_images, "test": data.test_images}
    return SceneSource(
        parse_domain(data.source),
        seed=data.seed,
        counts=_limited(counts, data.limit),
        height=data.height,
        width=data.width,
    )


def _limited(counts: dict[str, int], limit: int) -> dict[str, int]:
    """Scale the counts down to `limit` images in all, at least one each; 0 is no limit."""
    share = min(1.0, limit / sum(counts.values())) if limit else 1.0
    return {split: max(1, int(count * share)) for split, count in counts.items()}


def parse_domain(source: str) -> str:
    """Return the domain of "scenes" or "scenes:DOMAIN"; "scenes" alone is the mixture.

    Raises:
        UserError: on an unknown domain.
    """
    _, _, domain = source.partition(":")
    domain = domain or "mixture"
    if domain not in scenes.DOMAINS:
        raise UserError(
            f"data source {source!r}: no such scenes; expected "
            + ", ".join(f"scenes:{name}" for name in scenes.DOMAINS)
            + ", or a folder of images."
        )
    return domain
