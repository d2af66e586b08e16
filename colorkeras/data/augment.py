"""Random changes of training images: a mirror image, a part of it, another tone, grain.

Old photographs are darker, paler and grainier than those a model learns from. Tone and grain change
the CIELAB lightness alone; the chroma that is to be predicted stays the true one, except where sRGB
cannot show it at the new lightness.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from colorkeras.config.settings import DataTable

MOST_PALER = 0.25  # share of the range of lightness that the strongest tone takes from each end


@dataclass(frozen=True)
class Augmentation:
    """How much training images are changed; each change is drawn anew for each image and epoch.

    Attributes:
        mirror: mirror an image with probability ½.
        zoom: cut out a part and enlarge it to the image's size, up to 1 + zoom times.
        tone: move the lightness by a power between 1 / (1 + tone) and 1 + tone, and take up to
            tone / 4 of its range from the dark and from the light end.
        grain: standard deviation of the noise added to the lightness, up to so many CIELAB units.
    """

    mirror: bool = False
    zoom: float = 0.0
    tone: float = 0.0
    grain: float = 0.0

    @property
    def is_more(self) -> bool:
        """Whether images are changed by more than mirroring."""
        return bool(self.zoom or self.tone or self.grain)

    def __call__(self, image: np.ndarray, key: tuple[int, ...]) -> np.ndarray:
        """Return a changed copy of an image; mirroring is not done here.

        Args:
            image: (height, width, 3) uint8 sRGB.
            key: whole numbers ≥ 0; the same key gives the same image.

        Returns:
            (height, width, 3) uint8 sRGB.
        """
        random = np.random.default_rng(key)
        if self.zoom:
            image = _part(image, random.uniform(1.0, 1.0 + self.zoom), random.random(2))
        if self.tone or self.grain:
            image = self._with_other_lightness(image, random)
        return image

    def _with_other_lightness(self, image: np.ndarray, random: np.random.Generator) -> np.ndarray:
        lab = cv2.cvtColor(image.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
        lightness = lab[..., 0] / 100.0
        power = np.exp(random.uniform(-1.0, 1.0) * np.log1p(self.tone))
        low, high = random.uniform(0.0, MOST_PALER * self.tone, 2)
        lightness = low + (1.0 - low - high) * lightness**power
        deviation = random.uniform(0.0, self.grain) / 100.0
        lightness += random.standard_normal(lightness.shape, np.float32) * deviation
        lab[..., 0] = 100.0 * np.clip(lightness, 0.0, 1.0)
        rgb = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
        return np.rint(np.clip(rgb, 0.0, 1.0) * 255.0).astype(np.uint8)


def augmentation_of(data: DataTable) -> Augmentation:
    """Return the `Augmentation` that the table `[data]` asks for."""
    return Augmentation(data.horizontal_flip, data.zoom, data.tone, data.grain)


def _part(image: np.ndarray, factor: float, place: np.ndarray) -> np.ndarray:
    """Cut a part out and enlarge it to the image's size; `place` in [0, 1) says from where."""
    height, width = image.shape[:2]
    rows, columns = round(height / factor), round(width / factor)
    top, left = (place * [height - rows + 1, width - columns + 1]).astype(int)
    part = image[top : top + rows, left : left + columns]
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
