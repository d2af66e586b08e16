"""The embedded default data as an image source: rendered scenes, no download, no licence."""

import hashlib
import threading

from colorkeras.console.errors import UserError
from colorkeras.data import scenes
from colorkeras.data.subset import Joined

# Painting is hundreds of short calls that hold the interpreter: two threads at it are slower
# than one (`python -m colorkeras.scenes --time 2000 --threads 2` against `--threads 1`).
_ONE_PAINTER = threading.Lock()
SPLITS = ("train", "val", "test")


class RenderedSet:
    """One split of rendered scenes; see `FolderSource` for the same contract on files."""

    def __init__(self, domain, seed, split, count, height, width):
        self._arguments = {"seed": seed, "split": split, "height": height, "width": width}
        self._domain = domain
        self.size = (height, width)
        self.names = [f"{domain}-{seed}-{split}-{index:06d}" for index in range(count)]

    def __len__(self):
        return len(self.names)

    def read(self, index):
        """Return scene `index` as (height, width, 3) uint8 sRGB."""
        with _ONE_PAINTER:
            return scenes.render(self._domain, index=index, **self._arguments)

    def expected(self, index):
        """Return the best reachable prediction of scene `index`: (height, width, 3) float32.

        It is the mean over the hues of the ambiguous parts, which minimises the expected squared
        error of anyone who sees the luminance only.
        """
        return scenes.render_expected(self._domain, index=index, **self._arguments)

    @property
    def manifest_hash(self):
        """SHA-256 of what defines these images: the first images' bytes and all names."""
        digest = hashlib.sha256("\n".join(self.names).encode())
        for index in range(min(4, len(self))):
            digest.update(self.read(index).tobytes())
        return digest.hexdigest()


class RenderedSource:
    """Rendered scenes of one domain, as train, val and test sets."""

    def __init__(self, domain, *, seed, counts, height, width):
        if min(height, width) < scenes.MIN_SIZE:
            raise UserError(
                f"data.height, data.width: received {height}, {width}; rendered scenes need at "
                f"least {scenes.MIN_SIZE} pixels each way."
            )
        self.name = f"scenes:{domain}"
        self.sets = {
            split: RenderedSet(domain, seed, split, counts[split], height, width)
            for split in SPLITS
        }
        self.default_split = "test"
        self.set_aside = []
        self.notes = []

    @property
    def whole(self):
        """All scenes as one set."""
        return Joined(list(self.sets.values()))

    @property
    def manifest_hash(self):
        text = "".join(f"{split} {images.manifest_hash}\n" for split, images in self.sets.items())
        return hashlib.sha256(text.encode()).hexdigest()


def parse_domain(source):
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
