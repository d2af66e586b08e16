"""Cuts: where they are, and what looks like one and is none."""

import itertools

import cv2
import numpy as np
import pytest

from colorkeras.data import scenes
from colorkeras.films.scene_cuts import SceneCuts

HEIGHT, WIDTH = 144, 256


def cuts_of(frames):
    cuts = SceneCuts()
    return [number for number, frame in enumerate(frames) if cuts.is_cut(frame)]


def painted(domain, index, width=WIDTH):
    image = scenes.render(domain, index=index, height=HEIGHT, width=width)
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def grainy(frame, sigma=5.0, seed=0):
    noise = sigma * np.random.default_rng(seed).normal(size=frame.shape)
    return np.clip(np.rint(frame + noise), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def worlds():
    return [painted("landscape", 0), painted("face", 0), painted("animation", 0)]


def shot(world, count, seed=0):
    return [grainy(world, seed=seed + number) for number in range(count)]


def test_cuts(worlds):
    frames = [frame for world in worlds for frame in shot(world, 5)]
    assert cuts_of(frames) == [5, 10]


def test_a_scene_of_one_frame(worlds):
    first, second, third = worlds
    assert cuts_of([*shot(first, 4), *shot(second, 1), *shot(third, 4)]) == [4, 5]


def test_pairs_of_scenes():
    """Of 24 cuts between rendered scenes that are much alike, nearly all are found."""
    found = []
    for domain in ("landscape", "face", "animation"):
        frames = [painted(domain, index) for index in range(9)]
        found += [len(cuts_of(pair)) for pair in itertools.pairwise(frames)]
    assert sum(found) >= 23


@pytest.mark.parametrize("speed", [2, 12, 40])
def test_a_pan_is_no_cut(speed):
    world = painted("landscape", 1, WIDTH + 8 * speed)
    frames = [world[:, speed * n : speed * n + WIDTH] for n in range(8)]
    assert cuts_of([grainy(frame, seed=n) for n, frame in enumerate(frames)]) == []


def test_a_zoom_is_no_cut(worlds):
    frames = []
    for number in range(12):
        rows, columns = (round(side * (1 - 0.04 * number)) for side in (HEIGHT, WIDTH))
        frames.append(cv2.resize(worlds[0][:rows, :columns], (WIDTH, HEIGHT)))
    assert cuts_of(frames) == []


def test_a_flash_is_no_cut(worlds):
    bright = np.clip(1.5 * worlds[0].astype(float) + 60, 0, 255)
    white = np.full_like(bright, 255)
    for flash in (bright, white):
        assert cuts_of([*shot(worlds[0], 3), grainy(flash), *shot(worlds[0], 3)]) == []


def test_fades(worlds):
    """Out to black and in again: the same scene goes on, another one begins where it shows."""
    steps = np.linspace(1, 0, 9)
    out = [grainy(worlds[0] * share, 1.0) for share in steps]
    same = [grainy(worlds[0] * share, 1.0) for share in steps[::-1]]
    other = [grainy(worlds[1] * share, 1.0) for share in steps[::-1]]
    assert cuts_of([*out, *same]) == []
    found = cuts_of([*out, *other])
    assert len(found) == 1
    assert len(out) < found[0] < len(out) + 4


def test_a_dissolve_is_no_cut(worlds):
    first, second = (world.astype(float) for world in worlds[:2])
    steps = np.linspace(0, 1, 13)
    frames = [grainy((1 - share) * first + share * second, 2.0) for share in steps]
    assert cuts_of([*shot(worlds[0], 3), *frames, *shot(worlds[1], 3)]) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (20, 7)])
def test_any_size(size):
    frame = np.random.default_rng(0).integers(0, 255, size).astype(np.uint8)
    assert cuts_of([frame] * 3) == []
