"""Trees of the landscapes."""

import numpy as np

from .canvas import Region, smooth
from .palette import BARK, CONIFER, SNOW, chance, mix, pick, ramp, rgb
from .sprite import Kind
from .stage import WINTER, Stage
from .texture import crop

_SHADOW = rgb(38, 48, 50)
_TWIG = rgb(112, 92, 82)
# Texture, scale and contrast of each kind of crown.
_LEAVES = {
    "foliage": ("foliage", 0.8, 0.26),
    "blossom": ("speckle", 0.8, 0.14),
    "autumn": ("autumn", 0.7, 0.24),
}


def _round_light(region: Region) -> np.ndarray:
    """Shading (rows, columns) of a round body lit from the upper left."""
    rows = ramp(0.18, -0.26, region.shape[0])[:, None]
    columns = ramp(0.16, -0.2, region.shape[1])
    return 1 + rows + columns


def _paint_tree(stage: Stage, x: float, y: float, height: float) -> None:
    """A tree with its foot at x, y; `height` in pixels."""
    shadow = stage.canvas.glow(x + 0.06 * height, y, 0.26 * height, 0.05 * height)
    stage.canvas.paint(shadow.scaled(0.45), _SHADOW)
    if chance(stage.rng, 0.35):
        _paint_conifer(stage, x, y, height)
    elif stage.season is WINTER:
        _paint_bare(stage, x, y, height)
    else:
        _paint_broadleaf(stage, x, y, height)


def _paint_broadleaf(stage: Stage, x: float, y: float, height: float) -> None:
    canvas, rng = stage.canvas, stage.rng
    half, top = 0.035 * height, y - 0.5 * height
    trunk = canvas.polygon(
        (x - 1.5 * half, y), (x - half, top), (x + half, top), (x + 1.5 * half, y)
    )
    canvas.paint(trunk, stage.vary(BARK))

    lobes = 14
    angle = 2 * np.pi * (np.arange(lobes) + rng.uniform(0, 0.5, lobes)) / lobes
    reach = rng.uniform(0.84, 1.12, lobes) * height
    outline = np.stack(
        [
            x + rng.uniform(0.28, 0.38) * reach * np.cos(angle),
            y - 0.64 * height + 0.36 * reach * np.sin(angle),
        ],
        axis=1,
    )
    crown = canvas.polygons([smooth(outline, steps=4)])
    color, kind = pick(rng, stage.season.crowns)
    name, scale, contrast = _LEAVES[kind]
    leaves = crop(name, rng, crown.shape, height / 80 * scale)
    shade = _round_light(crown) + np.float32(contrast) * leaves
    canvas.paint(crown, stage.vary(color), shade)


def _paint_bare(stage: Stage, x: float, y: float, height: float) -> None:
    """A leafless tree: every branch forks into two or three thinner ones."""
    rng, color = stage.rng, stage.vary(_TWIG)
    tips = [(x, y, -np.pi / 2)]
    length, width = 0.3 * height, 0.06 * height
    for _ in range(6):
        lines, grown = [], []
        for left, top, angle in tips:
            reach = length * rng.uniform(0.8, 1.1)
            end = left + reach * np.cos(angle), top + reach * np.sin(angle)
            lines.append([(left, top), end])
            forks = np.linspace(-0.45, 0.45, int(rng.integers(2, 4))) + rng.uniform(-0.15, 0.15)
            grown += [(*end, angle + fork) for fork in forks]
        stage.canvas.paint(stage.canvas.polygons(lines, width), color)
        tips, length, width = grown, 0.72 * length, 0.6 * width


def _paint_conifer(stage: Stage, x: float, y: float, height: float) -> None:
    top = np.repeat(np.arange(5) / 5, 2)
    top[1::2] += 0.2  # a tier flares out, then the next one starts narrower
    wide = np.where(np.arange(10) % 2, 0.06 + 0.2 * top, 0.4 * (0.02 + 0.2 * top)) * height
    rows = y - height * (1 - 0.94 * top)
    outline = np.stack(
        [np.concatenate([x - wide, x + wide[::-1]]), np.concatenate([rows, rows[::-1]])], axis=1
    )
    region = stage.canvas.polygons([outline])
    needles = crop("straw", stage.rng, region.shape, height / 80 * 0.6)
    shade = _round_light(region) + np.float32(0.22) * needles
    snow = 0.6 if stage.season is WINTER else 0.0
    color = mix(stage.vary(CONIFER), SNOW, snow)
    stage.canvas.paint(region, color, shade)


TREE = Kind(_paint_tree, half_width=0.5, above=1.08, below=0.1, leafy=True)
