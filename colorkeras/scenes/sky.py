"""Painted skies: gradient, sun or moon, stars and clouds."""

import numpy as np

from .canvas import Canvas
from .light import Light
from .palette import WHITE, chance, mix, ramp, within
from .texture import crop


def paint_sky(canvas: Canvas, rng: np.random.Generator, light: Light, horizon: float) -> None:
    """The sky down to the row `horizon`."""
    region = canvas.box(0, 0, canvas.width, horizon + 1)
    down = ramp(0, 1, region.shape[0]) ** rng.uniform(0.8, 1.5)
    colors = light.zenith + down[:, None] * (light.horizon - light.zenith)
    canvas.planes[:3, region.rows] = colors.T[:, :, None] * rng.uniform(0.92, 1.06)
    if light.name == "night":
        stars = np.maximum(crop("speckle", rng, region.shape, 0.5 * canvas.unit), 0)
        fade = 0.35 * (1 - down[:, None])
        canvas.paint(region.scaled(np.minimum(stars * fade, 1)), WHITE)
    if light.name != "overcast":
        _paint_sun(canvas, rng, light, horizon)
    if light.name == "overcast" or chance(rng, 0.8):
        paint_clouds(canvas, rng, light, horizon)


def _paint_sun(canvas: Canvas, rng: np.random.Generator, light: Light, horizon: float) -> None:
    low = light.name in ("golden", "dusk")
    x = rng.uniform(0.08, 0.92) * canvas.width
    y = horizon * (rng.uniform(0.62, 0.95) if low else rng.uniform(0.1, 0.45))
    size = canvas.unit * rng.uniform(5, 9)
    halo = 9 if low else 4
    canvas.paint(canvas.glow(x, y, size * halo * 1.4, size * halo).scaled(0.55), light.sun)
    canvas.paint(canvas.ellipse(x, y, size, size), mix(light.sun, WHITE, 0.4))


def paint_clouds(canvas: Canvas, rng: np.random.Generator, light: Light, horizon: float) -> None:
    """Clouds that lie flatter towards the horizon, lit from above."""
    region = canvas.box(0, 0, canvas.width, horizon + 1)
    overcast = light.name == "overcast"
    noise = crop("cloud", rng, region.shape, 1.1 * canvas.unit, rng.uniform(1.5, 2.6))
    threshold = -0.8 if overcast else rng.uniform(0.1, 1.0)
    cover = within((noise - threshold) * 1.5, 0, 1)
    # The light comes from above: cloud with more cloud above it lies in shade.
    lift = max(1, round(5 * canvas.unit))
    above = np.concatenate([np.repeat(cover[:1], lift, axis=0), cover[:-lift]])[: len(cover)]
    canvas.paint(region.scaled(cover * np.float32(0.92)), light.cloud_lit)
    canvas.paint(region.scaled(cover * above * np.float32(0.62)), light.cloud_shade)
