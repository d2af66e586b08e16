"""Steady colors: planted noise, motion, occlusion and what costs a run of the model."""

import itertools

import cv2
import numpy as np
import pytest

from colorkeras.films.steadying import AHEAD, BEST, METHODS, steadied

ROWS, COLUMNS = 54, 96
MEMORY, STRIDE = METHODS["mean"].memory, METHODS[BEST].stride
RED, BLUE = (0.5, -0.1), (-0.1, 0.5)


class Frame:
    """A frame whose prediction is planted; it counts how often that is asked for."""

    def __init__(self, grey, color):
        self.grey, self._color, self.runs = grey, color.astype(np.float32), 0

    def predict(self):
        self.runs += 1
        return self._color


def pattern(seed, rows=ROWS, columns=COLUMNS, sigma=2.0):
    """A smooth random pattern with values of 0 to 255."""
    values = cv2.GaussianBlur(
        np.random.default_rng(seed).normal(size=(rows, columns)), (0, 0), sigma
    )
    return cv2.normalize(values, None, 0, 255, cv2.NORM_MINMAX)


def colors_of(frames, method):
    return list(steadied(iter(frames), method))


def still_frames(count, sigma, grain=0.0):
    """A scene without motion whose true color is 0.2 everywhere; predictions have noise."""
    rng, grey = np.random.default_rng(1), pattern(0)
    frames = []
    for _ in range(count):
        seen = np.clip(grey + grain * rng.normal(size=grey.shape), 0, 255).astype(np.uint8)
        frames.append(Frame(seen, 0.2 + sigma * rng.normal(size=(ROWS, COLUMNS, 2))))
    return frames


def test_noise_of_a_running_mean():
    """n predictions have 1/√n of the noise; an endless mean of weight w has √(w / (2 - w))."""
    colors = colors_of(still_frames(80, 0.1), "mean")
    for number in (0, 3, MEMORY):
        assert np.std(colors[number]) == pytest.approx(0.1 / np.sqrt(number + 1), rel=0.05)
    weight = 1 / (MEMORY + 1)
    assert np.std(colors[-1]) == pytest.approx(0.1 * np.sqrt(weight / (2 - weight)), rel=0.05)
    assert np.mean(colors[-1]) == pytest.approx(0.2, abs=0.002)


def test_between_key_frames_colors_go_over_evenly():
    """The frame at share s of the way has (1 - s) of one and s of the other."""
    frames = still_frames(STRIDE + 1, 0.1)
    colors = colors_of(frames, "key")
    first, last = frames[0].predict(), frames[-1].predict()
    for number in (1, STRIDE // 2, STRIDE - 1):
        share = number / STRIDE
        np.testing.assert_allclose(colors[number], (1 - share) * first + share * last, atol=1e-5)
    np.testing.assert_allclose(colors[-1], last, atol=1e-6)


@pytest.mark.parametrize("method", ["mean", BEST])
def test_grain_does_not_move_colors(method):
    changes = []
    for chosen in (method, "plain"):
        colors = colors_of(still_frames(33, 0.1, grain=6.0), chosen)[8:]
        steps = (np.abs(after - before).mean() for before, after in itertools.pairwise(colors))
        changes.append(np.mean(list(steps)))
    assert changes[0] < 0.25 * changes[1]


@pytest.mark.parametrize("method", ["mean", BEST])
def test_colors_go_with_what_they_belong_to(method):
    """Grey and color move by 2 pixels a frame; a third of the noise of predictions is gone."""
    grey, truth = pattern(2, ROWS, 300), pattern(3, ROWS, 300, 5.0)[..., np.newaxis] / 255
    rng, frames, truths = np.random.default_rng(4), [], []
    for number in range(25):
        part = slice(2 * number, 2 * number + COLUMNS)
        truths.append(np.repeat(truth[:, part], 2, axis=2))
        color = truths[-1] + 0.1 * rng.normal(size=(ROWS, COLUMNS, 2))
        frames.append(Frame(grey[:, part].astype(np.uint8), color))
    colors = colors_of(frames, method)
    inner = np.s_[4:-4, 4:-24]  # at the right edge, new things come in
    errors = [np.std((color - true)[inner]) for color, true in zip(colors, truths, strict=True)]
    assert np.mean(errors[12:]) < 0.1 * 2 / 3


@pytest.mark.parametrize("method", ["mean", "key", BEST])
def test_no_trail_behind_an_object(method):
    """A red square passes over blue: what it uncovers is blue again, and it stays red."""
    ground, frames, squares = 60 + pattern(5) / 4, [], []
    for number in range(24):
        square = np.s_[20:36, 4 + 3 * number : 20 + 3 * number]
        grey, color = ground.copy(), np.full((ROWS, COLUMNS, 2), BLUE)
        grey[square], color[square] = 200 + pattern(6)[:16, :16] / 8, RED
        frames.append(Frame(grey.astype(np.uint8), color))
        squares.append(square)
    colors = colors_of(frames, method)
    for color, square in zip(colors, squares, strict=True):
        red = color[..., 0]
        rows, columns = square
        left = red[rows, max(0, columns.start - 12) : max(0, columns.start - 3)]
        assert left.size == 0 or left.mean() < 0.0
        assert red[square][3:-3, 3:-3].mean() > 0.4


def test_runs_of_the_model():
    for method, expected in (("plain", 33), ("mean", 33), ("key", 5), (BEST, 5)):
        frames = still_frames(33, 0.1)
        colors_of(frames, method)
        assert [frame.runs for frame in frames].count(1) == expected
        assert max(frame.runs for frame in frames) == 1


def test_a_frame_that_nothing_leads_to_is_a_key_frame():
    """Every frame shows something else: each keeps its own colors."""
    frames = [
        Frame(pattern(seed).astype(np.uint8), np.full((ROWS, COLUMNS, 2), 0.1 * seed))
        for seed in range(4)
    ]
    colors = colors_of(frames, BEST)
    assert [frame.runs for frame in frames] == [1, 1, 1, 1]
    for seed, color in enumerate(colors):
        assert color.mean() == pytest.approx(0.1 * seed, abs=0.05)


@pytest.mark.parametrize("method", ["mean", "key", BEST])
@pytest.mark.parametrize("length", [1, 2])
def test_a_flash_changes_no_colors(method, length):
    """A frame or two of something else, wrongly colored, in a scene of 0.2."""
    frames = still_frames(20, 0.0)
    for number in range(5, 5 + length):
        frames[number] = Frame(pattern(9).astype(np.uint8), np.full((ROWS, COLUMNS, 2), -0.4))
    for color in colors_of(frames, method):
        np.testing.assert_allclose(color, 0.2, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [0, 1, 2, STRIDE, STRIDE + 1, 2 * STRIDE + 3])
def test_every_frame_gets_colors_in_order(method, count):
    colors = colors_of(still_frames(count, 0.0), method)
    assert len(colors) == count
    for color in colors:
        assert color.shape == (ROWS, COLUMNS, 2)
        assert color.dtype == np.float32
        np.testing.assert_allclose(color, 0.2, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_reads_ahead_no_further_than_said(method):
    read = 0

    def frames():
        nonlocal read
        for frame in still_frames(40, 0.0):
            read += 1
            yield frame

    waiting = [read - done for done, _ in enumerate(steadied(frames(), method))]
    assert max(waiting) <= AHEAD


def test_grey_of_another_size_than_the_colors():
    large = [Frame(cv2.resize(f.grey, (256, 144)), f.predict()) for f in still_frames(10, 0.0)]
    assert {color.shape for color in colors_of(large, BEST)} == {(ROWS, COLUMNS, 2)}
