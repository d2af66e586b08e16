"""Test images of one protocol with a line to move between any two of: input, original, systems.

The images are small copies in the page itself. Their size follows from how many there are, so that
the page keeps to `MOST_BYTES`.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from colorkeras.page.parts import options, text, webp_url
from colorkeras.report.comparison import ProtocolGroup
from colorkeras.report.shared_images import Row, SharedImages, shared_images
from colorkeras.report.systems import systems_of

MOST_BYTES = 9_000_000  # of all images of a page, before base64 makes a third more of them
MOST_IMAGES = 200  # of one protocol
_LARGEST_SIDE, _SMALLEST_SIDE = 256, 64
_BYTES_PER_PIXEL = 0.22  # of WebP at this quality, on photographs: generous
GREY, TRUTH = "grey", "truth"


@dataclass(frozen=True)
class ImagesPart:
    """The images of one protocol.

    Attributes:
        html: the section.
        data: per image, the address of each of its versions.
    """

    html: str
    data: list[dict[str, str]]


@dataclass(frozen=True)
class Images:
    """The stored images that all systems of a protocol share.

    Attributes:
        key: of the protocol on the page.
        shared: the images.
        labels: of the systems, by their number.
    """

    key: str
    shared: SharedImages
    labels: dict[int, str]

    @property
    def count(self) -> int:
        """How many small copies the page needs."""
        return min(MOST_IMAGES, len(self.shared.names)) * (len(self.labels) + 2)


def find_images(group: ProtocolGroup, key: str) -> Images | None:
    """The images to show; None where no system stored any."""
    systems = systems_of(group)
    shared = shared_images(systems)
    if shared is None or not shared.names:
        return None
    return Images(key, shared, {number: systems[number].label for number in shared.members})


def side_of(count: int) -> int:
    """The longer side in pixels of so many small copies, so that they keep to `MOST_BYTES`."""
    side = math.sqrt(MOST_BYTES / max(1, count) / _BYTES_PER_PIXEL)
    return int(min(_LARGEST_SIDE, max(_SMALLEST_SIDE, side)))


def images_part(images: Images, side: int) -> ImagesPart:
    """The section with the images of one protocol.

    Args:
        images: to show.
        side: of the copies, in pixels.
    """
    rows = list(images.shared.rows(MOST_IMAGES))
    data = [_versions(row, side) for row in rows]
    choices = [(GREY, "grayscale input"), (TRUTH, "original")]
    choices += [(str(number), label) for number, label in images.labels.items()]
    first = str(next(iter(images.labels)))
    cards = "".join(_card(row, number) for number, row in enumerate(rows))
    html = (
        f'<section class="images" data-protocol="{text(images.key)}"><h3>Images</h3>'
        f'<div class="tools"><label>Left of the line <select>{options(choices, GREY)}</select>'
        f"</label><label>Right of it <select>{options(choices, first)}</select></label></div>"
        '<p class="soft">Drag the line, or press the arrow keys. Of several seeds the lowest is '
        f'shown. {len(rows)} of the test images are stored.</p><div class="cards">{cards}</div>'
        "</section>"
    )
    return ImagesPart(html, data)


def _card(row: Row, number: int) -> str:
    name = text(row.name)
    height, width = row.truth.shape[:2]
    return (
        f'<figure data-number="{number}" data-name="{name}">'
        f'<div class="pair" style="aspect-ratio:{width}/{height}"><img class="right" alt="">'
        f'<img class="left" alt=""><input type="range" step="any" aria-label="Line: {name}"></div>'
        f"<figcaption>{name}</figcaption></figure>"
    )


def _versions(row: Row, side: int) -> dict[str, str]:
    found = {GREY: row.grey, TRUTH: row.truth}
    found |= {str(number): made[0] for number, made in row.models.items()}
    return {name: _small(image, side) for name, image in found.items()}


def _small(image: np.ndarray, side: int) -> str:
    small = Image.fromarray(image)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return webp_url(small)
