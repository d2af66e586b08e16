"""Painted skies: gradient, sun or moon, stars and clouds."""

import numpy as np

from .canvas import Canvas, Region
from .light import Light
from .palette import WHITE, chance, mix, ramp, within
from .texture import crop


def paint_sky(canvas: Canvas, rng: np.random.Generator, light: Light, horizon: float) -> None:
    """The sky down to the row `horizon`."""
    region = paint_gradient(canvas, light, horizon, rng.uniform(0.8, 1.5))
    if light.name == "night":
        stars = crop("stars", rng, region.shape, canvas.unit)
        stars *= ramp(0.4, 0, region.shape[0])[:, None]
        canvas.paint(region.scaled(within(stars, 0, 1)), WHITE)
    if light.name != "overcast":
        paint_sun(canvas, rng, light, horizon)
    if light.name == "overcast" or chance(rng, 0.8):
        _paint_clouds(canvas, rng, light, horizon)


def paint_gradient(canvas: Canvas, light: Light, horizon: float, curve: float = 1.0) -> Region:
    """The bare sky, from the zenith at the top to the row `horizon`."""
    region = canvas.box(0, 0, canvas.width, horizon + 1)
    down = ramp(0, 1, region.shape[0]) ** curve
    colors = light.zenith[:, None] + down * (light.horizon - light.zenith)[:, None]
    canvas.planes[:3, region.rows] = colors[:, :, None]
    return region


def paint_sun(canvas: Canvas, rng: np.random.Generator, light: Light, horizon: float) -> None:
    """The sun or the moon in its halo; the evening has a low sun."""
    low = light.name in ("golden", "dusk")
    x = rng.uniform(0.08, 0.92) * canvas.width
    y = horizon * (rng.uniform(0.62, 0.95) if low else rng.uniform(0.1, 0.45))
    size = canvas.unit * rng.uniform(5, 9)
    halo = 9 if low else 4
    canvas.paint(canvas.glow(x, y, size * halo * 1.4, size * halo).scaled(0.55), light.sun)
    canvas.paint(canvas.ellipse(x, y, size, size), mix(light.sun, WHITE, 0.4))


def _paint_clouds(canvas: Canvas, rng: np.random.Generator, light: Light, horizon: float) -> None:
    """Clouds that lie flatter towards the horizon, lit from above."""
    region = canvas.box(0, 0, canvas.width, horizon + 1)
    noise = crop("cloud", rng, region.shape, 1.1 * canvas.unit, rng.uniform(1.5, 2.6))
    thick = noise - (-0.8 if light.name == "overcast" else rng.uniform(0.1, 1.0))
    cover = within(2 * thick, 0, 1)
    # The light comes from above: cloud below other cloud is in the shade.
    lift = max(1, round(6 * canvas.unit))
    above = np.concatenate([np.repeat(cover[:1], lift, axis=0), cover[:-lift]])[: len(cover)]
    canvas.paint(region.scaled(cover), light.cloud_lit)
    canvas.paint(region.scaled(above * within(0.55 * thick, 0, 0.8)), light.cloud_shade)
