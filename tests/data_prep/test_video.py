"""What a frame is unfit for, where scenes change, and how a film is read."""

import cv2
import numpy as np
import pytest
from data_prep_archives import credits_frame, pixels, write_film

from data_prep.video import Video, is_scene_change, small_hsv, unfit

SIZE = (144, 256)


def bgr(seed):
    return np.ascontiguousarray(pixels(seed, *SIZE)[:, :, ::-1])


def test_black_plain_and_pictures():
    assert unfit(np.full((*SIZE, 3), 9, np.uint8)) == "black"
    assert unfit(np.full((*SIZE, 3), (90, 200, 40), np.uint8)) == "plain"
    dark = (bgr(1) * 0.2).astype(np.uint8)  # a night scene is no black frame
    assert [unfit(frame) for frame in (bgr(1), bgr(2), dark)] == ["", "", ""]


@pytest.mark.parametrize(
    "frame",
    [
        credits_frame(),
        credits_frame((0, 220, 255), (60, 20, 20)),
        credits_frame((0, 0, 0), (230, 240, 240)),
    ],
)
def test_credits(frame):
    assert unfit(frame) == "credits"


def test_one_shape_on_a_plain_ground_is_a_picture():
    """A figure before a plain sky, as in animation."""
    frame = np.full((*SIZE, 3), (230, 180, 120), np.uint8)
    cv2.circle(frame, (128, 80), 30, (40, 60, 200), -1)
    assert unfit(frame) == ""


def test_scene_changes():
    first, moved, other = bgr(1), np.roll(bgr(1), 3, axis=1), bgr(2)
    assert not is_scene_change(small_hsv(first), small_hsv(moved))
    assert is_scene_change(small_hsv(first), small_hsv(other))


def test_film_is_read_without_its_bars(tmp_path):
    frames = []
    for seed in range(6):
        frame = np.zeros((160, 256, 3), np.uint8)
        frame[20:140] = pixels(seed, 120, 256)
        frames += [frame] * 10
    path = write_film(tmp_path / "film.avi", frames)
    with Video(path) as video:
        assert video.facts.frames == 60
        assert video.facts.fps == pytest.approx(25)
        # JPEG's blocks of the film blur the edge by a row or two.
        assert abs(video.facts.height - 120) <= 4
        assert video.facts.width == 256
        found = list(video.frames())
    assert len(found) == 60
    assert found[0].shape == (video.facts.height, 256, 3)
    middle = found[15][video.facts.height // 2, ::16, ::-1].astype(int)
    assert np.abs(middle - frames[15][80, ::16]).mean() < 8


@pytest.mark.parametrize("content", [b"", b"no film" * 100])
def test_what_is_no_film(tmp_path, content):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a video"):
        Video(path)
