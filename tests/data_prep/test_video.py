"""What a frame is unfit for, where scenes change, and how a film is read."""

import json
import re
import struct
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from data_prep_archives import credits_frame, pixels, write_film

from data_prep.frame_checks import is_scene_change, small_hsv, unfit
from data_prep.frame_sampling import DETAILS, Sampling, sample_video
from data_prep.prepared_image import Recipe
from data_prep.video import Video

SIZE = (144, 256)


def bgr(seed):
    return np.ascontiguousarray(pixels(seed, *SIZE)[:, :, ::-1])


def test_black_plain_and_images():
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


def test_one_shape_on_a_plain_background_is_no_credits():
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


def scenes(count=6, each=20):
    """Images that stay, each as long: a wrong frame is like none of them."""
    return [pixels(seed, *SIZE) for seed in range(count) for _ in range(each)]


def read(path):
    with Video(path) as video:
        frames = [frame[:, :, ::-1].astype(int) for frame in video.frames()]
        return frames, video.damage(), video


def strangeness(frame):
    """Distance from the nearest of the images of `scenes`."""
    few = np.s_[::6, ::6]
    return min(np.abs(frame[few] - pixels(seed, *SIZE)[few]).mean() for seed in range(6))


KINDS = {
    "mjpeg.avi": {},
    "mpeg2video.mpg": {"pixel_format": "yuv420p"},
    "mpeg4.avi": {"pixel_format": "yuv420p"},
    "libx264.mp4": {"pixel_format": "yuv420p", "preset": "veryfast"},
    "libx265.mkv": {"pixel_format": "yuv420p", "preset": "ultrafast", "x265-params": "log-level=0"},
}


@pytest.fixture(scope="module", params=KINDS)
def sound_film(request, tmp_path_factory):
    codec = request.param.split(".")[0]
    path = tmp_path_factory.mktemp("films") / request.param
    return write_film(path, scenes(), codec=codec, gop=10, **KINDS[request.param])


def test_a_sound_film_is_read_whole(sound_film):
    frames, damage, video = read(sound_film)
    assert (len(frames), damage, video.left_out) == (120, "", 0)
    assert max(strangeness(frame) for frame in frames[::7]) < 8


@pytest.mark.parametrize("size", [400, 6000])
def test_damaged_frames_are_left_out_and_counted(sound_film, tmp_path, size):
    data = bytearray(sound_film.read_bytes())
    for share in (0.3, 0.6):
        at = int(len(data) * share)
        data[at : at + size] = bytes(size)
    path = tmp_path / sound_film.name
    path.write_bytes(bytes(data))
    frames, damage, _ = read(path)
    assert damage.startswith("damaged or truncated: ")
    assert 40 <= len(frames) < 120
    assert max(strangeness(frame) for frame in frames) < 8


@pytest.mark.parametrize("name", ["mjpeg.avi", "mjpeg.mkv"])
def test_a_truncated_film(tmp_path, name):
    path = write_film(tmp_path / name, scenes())
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    frames, damage, _ = read(path)
    assert 40 < len(frames) < 80
    assert re.search(r"decoding ended at frame (60|61) of 120", damage)


def timed_film(path, codec, start, each=40, rate=25):
    """`scenes` in black bars at the sides, the first frame due at `start` ms."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width, stream.pix_fmt = SIZE[0], SIZE[1] + 64, "yuv420p"
        stream.bit_rate = 8_000_000
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, pixels_of_it in enumerate(scenes()):
            barred = np.pad(pixels_of_it, [(0, 0), (32, 32), (0, 0)])
            frame = av.VideoFrame.from_ndarray(barred, format="rgb24")
            frame.pts, frame.time_base = start + each * number, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("name", ["mpeg4.mkv", "mpeg4.mp4", "wmv2.wmv", "mpeg4.mov"])
def test_a_film_that_does_not_start_at_zero_is_whole(tmp_path, name):
    """FFmpeg writes into MKV and WMV when a film ends, into MP4 and MOV how long it is."""
    path = timed_film(tmp_path / name, name.split(".")[0], start=500_000)
    frames, damage, video = read(path)
    assert (len(frames), damage, video.facts.frames) == (120, "", 120)
    assert abs(video.facts.width - SIZE[1]) <= 4  # bars were looked for in all of the film


def test_a_truncated_film_that_does_not_start_at_zero(tmp_path):
    path = timed_film(tmp_path / "x.mkv", "mpeg4", start=500_000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    _, damage, _ = read(path)
    assert re.search(r"decoding ended at frame \d\d of 120", damage)


def test_an_edit_list_that_shows_half_of_the_frames(tmp_path):
    """As phones trim: ISO 14496-12, 8.6.6; the first entry's length is in 1/1000 s."""
    path = timed_film(tmp_path / "x.mp4", "mpeg4", start=0)
    data = bytearray(path.read_bytes())
    at = data.index(b"elst") + 4
    _, entries, length, _ = struct.unpack_from(">4I", data, at)
    assert (entries, length) == (1, 4800)
    struct.pack_into(">I", data, at + 8, 2400)
    path.write_bytes(data)
    frames, damage, video = read(path)
    assert (len(frames), damage, video.facts.frames) == (60, "", 60)


def test_frames_beyond_the_headers_count_are_sampled(tmp_path):
    """Five frames a second by the header, 25 in truth: about 24 of 120 frames are announced."""
    path = timed_film(tmp_path / "x.mkv", "mpeg4", start=0, rate=5)
    with Video(path) as video:
        assert video.facts.frames < 30
    sample_video(path, tmp_path / "out", Recipe(32, 48), Sampling(), lambda *done: None)
    details = json.loads((tmp_path / "out" / DETAILS).read_text())
    assert details["frames"] == 120


def woven():
    """An image that moves by six columns a field, two moments in each frame."""
    still, frames = pixels(1, *SIZE), []
    for number in range(40):
        frame = np.roll(still, 12 * number, axis=1)
        frame[1::2] = np.roll(still, 12 * number + 6, axis=1)[1::2]
        frames.append(frame)
    return frames


def combing(frame):
    """How much neighbouring rows differ beyond rows two apart: the teeth of interlacing."""
    frame = frame.astype(int)
    return np.abs(frame[1:-1] - frame[:-2]).mean() - np.abs(frame[2:] - frame[:-2]).mean()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mpeg2video.mpg", {"flags": "+ildct+ilme"}),
        ("libx264.mp4", {"flags": "+ildct+ilme", "preset": "veryfast"}),
    ],
)
def test_interlaced_films_are_deinterlaced(tmp_path, name, options):
    codec = name.split(".")[0]
    path = write_film(tmp_path / name, woven(), codec=codec, pixel_format="yuv420p", **options)
    frames, damage, _ = read(path)
    assert (len(frames), damage) == (40, "")
    assert combing(woven()[10]) > 2
    assert max(combing(frame) for frame in frames[1:-1]) < 0.5
    assert np.abs(frames[10][::2] - woven()[10][::2]).mean() < 8  # the first field stays


def test_high_dynamic_range_is_refused_by_name(tmp_path):
    options = {"preset": "ultrafast", "x265-params": "transfer=smpte2084:log-level=0"}
    frames = scenes(1)
    path = write_film(
        tmp_path / "x.mkv", frames, codec="libx265", pixel_format="yuv420p10le", **options
    )
    with pytest.raises(ValueError, match=r"high dynamic range \(PQ\)"):
        Video(path)


@pytest.mark.parametrize(
    ("matrix", "name"),
    [("ycgco", "YCgCo"), ("bt2020c", "BT.2020 constant"), ("chroma-derived-nc", "12 of")],
)
def test_a_color_matrix_that_cannot_be_converted_is_refused_by_name(tmp_path, matrix, name):
    path = write_film(
        tmp_path / "x.mkv", scenes(1, 2), codec="ffv1", pixel_format="yuv420p", colorspace=matrix
    )
    with pytest.raises(ValueError, match=f"yuv420p, color matrix {name}.* BT.709 first"):
        Video(path)


@pytest.mark.parametrize("rows", [480, 720])
def test_the_matrix_of_a_film_that_names_none_is_that_of_its_size(tmp_path, rows):
    """BT.601 below 720 rows, BT.709 from there on; Y'CbCr of pure red by their equations."""
    kr, kb = (0.299, 0.114) if rows < 720 else (0.2126, 0.0722)
    y, cb, cr = kr, -kr / (2 * (1 - kb)), 0.5
    planes = [round(16 + 219 * y), round(128 + 224 * cb), round(128 + 224 * cr)]
    size = rows * 640
    raw = np.repeat(np.array(planes, np.uint8), [size, size // 4, size // 4])
    frame = av.VideoFrame.from_ndarray(raw.reshape(rows * 3 // 2, 640), format="yuv420p")
    with av.open(str(tmp_path / "red.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 640, rows, "yuv420p"
        container.mux([*stream.encode(frame), *stream.encode()])
    frames, _, _ = read(tmp_path / "red.mkv")
    assert np.abs(frames[0][rows // 2, 320] - [255, 0, 0]).max() <= 2


def test_square_pixels_and_upright(tmp_path):
    path = tmp_path / "x.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        for frame in scenes(1):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    (frame, *_), _, video = read(path)
    assert frame.shape == (144, 341, 3)
    # A phone held upright: "90 degrees" in the matrix of the track's header (ISO 14496-12, 8.3.2).
    data = path.read_bytes()
    plain = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    turned = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 144 << 16, 0, 1 << 30)
    at = data.index(plain, data.index(b"tkhd"))
    path.write_bytes(data[:at] + turned + data[at + len(turned) :])
    (turned_frame, *_), _, video = read(path)
    assert (video.facts.height, video.facts.width) == (341, 144)
    assert np.abs(turned_frame - np.rot90(frame, -1)).mean() < 1  # clockwise


@pytest.mark.parametrize("content", [b"", b"no film" * 100])
def test_what_is_no_film(tmp_path, content):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a video"):
        Video(path)
