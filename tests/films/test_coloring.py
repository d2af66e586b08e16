"""What is kept of a film, and what is told, as another reader of the result sees it."""

import os
from fractions import Fraction

import av
import numpy as np
import pytest
from films import chroma, picture, read_film, write_film
from saved_models import write_model

from colorkeras.console.errors import UserError
from colorkeras.films.coloring import color_film
from colorkeras.films.facts import UnusableFilm
from colorkeras.films.options import FilmOptions
from colorkeras.inference.saved_model import load_model

LOSSLESS = FilmOptions(encoding="lossless")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(write_model(tmp_path_factory.mktemp("m") / "model.h5", slope=(0.5, -0.3)))


@pytest.fixture
def color(model, tmp_path):
    def color(film, out="out.mkv", options=LOSSLESS):
        result = color_film(film, tmp_path / out, [model], options)
        return result, read_film(result.out)

    return color


class TestLuma:
    @pytest.mark.parametrize(
        ("form", "codec", "out", "written"),
        [
            ("yuv420p", "ffv1", "o.mp4", "yuv420p"),
            ("yuv444p", "ffv1", "o.mkv", "yuv420p"),
            ("yuv422p", "ffv1", "o.mov", "yuv420p"),
            ("gray", "ffv1", "o.mkv", "yuvj420p"),
            ("yuv420p10le", "ffv1", "o.mp4", "yuv420p10le"),
            ("gray10le", "ffv1", "o.mkv", "yuv420p10le"),
            ("yuv420p12le", "ffv1", "o.mkv", "yuv420p12le"),
            ("gray16le", "ffv1", "o.mkv", "yuv420p16le"),
        ],
    )
    def test_every_sample_stays(self, color, tmp_path, form, codec, out, written):
        film = write_film(tmp_path / "a.mkv", frames=3, form=form, codec=codec)
        _, found = color(film, out)
        assert found["form"].replace("yuvj", "yuv") == written.replace("yuvj", "yuv")
        before = read_film(film)
        for one, other in zip(before["luma"], found["luma"], strict=True):
            np.testing.assert_array_equal(one, other)
        assert all(np.ptp(plane) > 4 for plane in chroma(found["frames"][1]))

    def test_range_and_matrix_are_stated(self, color, tmp_path):
        full = write_film(tmp_path / "a.mkv", frames=2, form="gray")
        tags = {"colorspace": 1, "color_primaries": 1, "color_trc": 1}
        hd = write_film(tmp_path / "b.mkv", frames=2, tags=tags)
        for film, rng, matrix in ((full, 2, 6), (hd, 1, 1)):
            _, found = color(film, f"{film.stem}.mp4")
            frame = found["frames"][0]
            assert (int(frame.color_range), int(frame.colorspace)) == (rng, matrix)
        assert (int(frame.color_primaries), int(frame.color_trc)) == (1, 1)

    @pytest.mark.parametrize("form", ["yuv420p", "gray"])
    def test_a_viewer_sees_the_luma_of_the_film(self, color, tmp_path, form):
        """Where every pixel has its own color sample, R, G and B give back Y'."""
        film = write_film(tmp_path / "a.mkv", frames=1, form=form, size=(47, 63))
        _, found = color(film, options=FilmOptions(encoding="lossless", saturation=3))
        (frame,) = found["frames"]
        assert frame.format.name.replace("yuvj", "yuv") == "yuv444p"
        luma, (cb, cr) = found["luma"][0].astype(float), chroma(frame)
        if form == "gray":
            y, cb, cr = luma, (cb - 128.0), (cr - 128.0)
        else:
            y = np.clip((luma - 16) * 255 / 219, 0, 255)
            cb, cr = (cb - 128.0) * 255 / 224, (cr - 128.0) * 255 / 224
        r, b = y + 1.402 * cr, y + 1.772 * cb
        g = y - (0.114 * 1.772 * cb + 0.299 * 1.402 * cr) / 0.587
        rgb = np.clip(np.rint(np.stack([r, g, b], -1)), 0, 255)
        assert np.ptp(rgb, axis=-1).max() > 60
        # Rounding of Cb and Cr by half a level may leave RGB by that much.
        assert np.abs(rgb @ [0.299, 0.587, 0.114] - y).max() < 1.2

    def test_what_compression_changes_is_measured(self, color, tmp_path):
        film = write_film(tmp_path / "a.mkv", frames=4)
        for name, largest in (("lossless", 0), ("high", 40), ("small", 90)):
            options = FilmOptions(encoding=name, verify=True)
            result, found = color(film, f"{name}.mp4", options)
            change = max(
                int(np.abs(one.astype(int) - other).max())
                for one, other in zip(read_film(film)["luma"], found["luma"], strict=True)
            )
            assert result.change[0] == change <= largest
            assert result.change[2] == 255
            assert (result.change[1] == 0) == (name == "lossless")

    @pytest.mark.parametrize("span", [(0.0, 0.3), (0.3, 0.7), (0.7, 99.0)])
    def test_a_part_is_compared_with_its_own_frames(self, color, tmp_path, span):
        film = write_film(tmp_path / "a.mkv", 10)
        options = FilmOptions(encoding="lossless", verify=True, span=span)
        for status in ("colorized", "already there"):
            result, seen = color(film, options=options)
            assert (result.status, result.change) == (status, (0, 0.0, 255))
            assert 0 < len(seen["frames"]) < 10


class TestStreams:
    def test_all_streams_words_and_chapters(self, color, tmp_path):
        film = write_film(
            tmp_path / "a.mp4", codec="libx264", sound="aac", subtitles="mov_text", cover=True,
            words={"title": "A film", "comment": "of 1931"},
            chapters=[(0, 0.4, "One"), (0.4, 1, "Two")],
        )  # fmt: skip
        result, found = color(film, "out.mp4", FilmOptions())
        before = read_film(film)
        assert result.notes == []
        assert sorted(found["kinds"]) == sorted(before["kinds"])
        assert found["copied"] == before["copied"]
        assert found["times"] == before["times"]
        assert found["chapters"] == before["chapters"]
        assert found["languages"] == ["deu"]
        assert found["words"]["title"] == "A film"
        comment = found["words"]["comment"]
        assert comment.startswith("Colorized by colorkeras (tiny, run first)")
        assert comment.endswith("\nof 1931")
        assert (found["codec"], found["form"]) == ("h264", "yuv420p")

    def test_variable_times_and_pixel_shape(self, color, tmp_path):
        pts = [0, 40, 90, 91, 300, 310, 333, 700, 701, 1000]
        film = write_film(
            tmp_path / "a.mkv",
            codec="libx264",
            pts=pts,
            time_base=Fraction(1, 1000),
            shape=Fraction(16, 15),
        )
        for out in ("o.mkv", "o.mp4"):
            _, found = color(film, out, FilmOptions())  # with frames that refer to later ones
            assert found["times"] == [Fraction(p, 1000) for p in pts]
            assert found["shape"] == Fraction(16, 15)

    @pytest.mark.parametrize("out", ["o.mp4", "o.mkv", "o.mov"])
    def test_a_turned_film_stays_turned(self, color, tmp_path, out):
        film = write_film(tmp_path / "a.mp4", codec="libx264", frames=2, turned=90)
        _, found = color(film, out)
        assert found["rotation"] == read_film(film)["rotation"] != 0

    def test_streams_that_a_container_does_not_take(self, color, tmp_path):
        film = write_film(tmp_path / "a.mkv", subtitles="subrip", frames=5)
        expected = r"subtitles \(subrip\) of a.mkv cannot be .* use a name that ends in .mkv"
        with pytest.raises(UserError, match=expected):
            color(film, "o.mp4")
        _, found = color(film, "o.mkv")
        assert found["copied"] == read_film(film)["copied"] != []
        film = write_film(tmp_path / "b.avi", sound="adpcm_ms", frames=2)
        result, _ = color(film, "p.mkv")
        assert result.notes == ["lost: sound (adpcm_ms), which a .mkv file does not take"]

    def test_of_two_video_streams_the_first_is_colored(self, color, tmp_path):
        film = write_film(tmp_path / "a.mkv", frames=2)
        with av.open(str(film)) as source, av.open(str(tmp_path / "b.mkv"), "w") as two:
            copies = [two.add_stream_from_template(source.streams.video[0]) for _ in range(2)]
            for packet in source.demux(video=0):
                for copy in copies if packet.size else ():
                    again = av.Packet(bytes(packet))
                    again.pts, again.dts, again.time_base = packet.pts, packet.dts, packet.time_base
                    again.stream = copy
                    two.mux(again)
        result, _ = color(tmp_path / "b.mkv")
        assert result.notes == ["lost: a further video stream (ffv1), as one is colored, the first"]


class TestOddFilms:
    def test_a_cover_is_not_the_film(self, color, tmp_path):
        film = write_film(tmp_path / "a.mp4", codec="libx264", frames=3, cover=True)
        result, _ = color(film, "o.mp4")
        assert result.frames == 3

    def test_one_frame(self, color, tmp_path):
        result, _ = color(write_film(tmp_path / "a.mkv", frames=1))
        assert (result.frames, result.scenes) == (1, 1)

    def test_odd_sides(self, color, tmp_path):
        result, found = color(write_film(tmp_path / "a.mkv", frames=2, size=(35, 51)))
        assert found["form"] == "yuv444p"
        assert found["luma"][0].shape == (35, 51)
        assert "51x35 has an odd side" in result.notes[0]

    def test_rgb_and_transparency_are_told(self, color, tmp_path):
        result, found = color(write_film(tmp_path / "a.mov", 2, form="rgba", codec="png"))
        assert result.notes == [
            "it has no luma plane (rgba): luma is computed", "transparent parts are lost",
        ]  # fmt: skip
        expected = 16 + picture(0).astype(float) * 219 / 255
        assert np.abs(found["luma"][0] - expected).max() <= 1

    def test_interlaced(self, color, tmp_path):
        film = write_film(
            tmp_path / "a.mkv", codec="mpeg2video", interlaced=True, rate=25, frames=5
        )
        result, found = color(film)
        assert "interlaced" in result.notes[0]
        assert len(found["frames"]) == 5
        assert not any(frame.interlaced_frame for frame in found["frames"])

    def test_cut_short(self, color, tmp_path):
        film = write_film(tmp_path / "a.mkv", frames=60, codec="mpeg4")
        data = film.read_bytes()
        film.write_bytes(data[: len(data) * 6 // 10])
        result, _ = color(film)
        assert 20 < result.frames < 60
        assert any("cut short: it ends at 0:00:0" in note for note in result.notes)

    def test_damaged_in_the_middle(self, color, tmp_path):
        film = write_film(tmp_path / "a.ts", frames=40, codec="libx264", options={"g": "5"})
        data = bytearray(film.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 300] = bytes(i * 7 % 251 for i in range(300))
        film.write_bytes(data)
        result, _ = color(film)
        assert result.frames > 30
        assert any("damaged at 0:00:0" in note for note in result.notes)

    def test_high_dynamic_range(self, color, tmp_path):
        tags = {"color_trc": 16, "colorspace": 9, "color_primaries": 9}
        film = write_film(tmp_path / "a.mkv", 2, form="yuv420p10le", tags=tags)
        with pytest.raises(UnusableFilm, match=r"high dynamic range \(PQ\)"):
            color(film)

    def test_no_film(self, color, tmp_path):
        (tmp_path / "a.mp4").write_bytes(b"nothing")
        with pytest.raises(UnusableFilm, match="not a film that FFmpeg can open"):
            color(tmp_path / "a.mp4")
        with av.open(str(tmp_path / "b.mka"), "w") as container:
            container.mux(container.add_stream("flac", rate=8000).encode(None))
        with pytest.raises(UnusableFilm, match="not a film"):
            color(tmp_path / "b.mka")

    def test_a_codec_without_decoder(self, color, tmp_path):
        film = write_film(tmp_path / "a.avi", frames=2, codec="mpeg4")
        film.write_bytes(film.read_bytes().replace(b"FMP4", b"QQQQ"))
        with pytest.raises(UnusableFilm, match="no decoder for the codec"):
            color(film)
        assert os.listdir(tmp_path) == ["a.avi"]

    def test_frames_of_two_sizes(self, color, tmp_path):
        one = write_film(tmp_path / "a.ts", frames=5, codec="libx264")
        two = write_film(tmp_path / "b.ts", 5, codec="libx264", size=(32, 64), pts=[*range(10, 15)])
        one.write_bytes(one.read_bytes() + two.read_bytes())
        result, found = color(one)
        assert {luma.shape for luma in found["luma"]} == {(48, 64)}
        assert any("the size of the frames changes, to 64x32" in note for note in result.notes)

    def test_too_large(self, color, tmp_path):
        film = write_film(tmp_path / "a.mkv", frames=1)
        with pytest.raises(UnusableFilm, match="--max-pixels 3072 allows it"):
            color(film, options=FilmOptions(max_pixels=3071))
