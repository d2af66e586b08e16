"""From films to a data set of frames."""

import numpy as np
import pytest
from data_prep_archives import credits_frame, pixels, refusal, write_film

from colorkeras.data.folders.folder_source import open_folder
from data_prep import film_source
from data_prep.dataset_files import read_dataset, read_manifest
from data_prep.frames import main

SIZE = (144, 256)


def scene(seed, seconds=3):
    """Frames of one place that hardly moves."""
    still = pixels(seed, *SIZE)
    return [np.roll(still, number // 25, axis=1) for number in range(25 * seconds)]


def film(path, seeds):
    frames = [np.zeros((*SIZE, 3), np.uint8)] * 30
    for seed in seeds:
        frames += scene(seed)
    frames += [credits_frame()] * 50
    return write_film(path, frames)


def refused(capsys, *argv):
    return refusal(main, capsys, *argv)


def test_one_image_a_scene_and_nothing_else(tmp_path):
    # Scene 3 comes twice: its second time is a near duplicate.
    path = film(tmp_path / "a film.avi", [*range(12), 3])
    before, out = path.read_bytes(), tmp_path / "out"
    assert main([str(path), "-o", str(out)]) == 0
    facts, rows = read_dataset(out), list(read_manifest(out))
    (details,) = facts["source"]["details"]
    assert details["name"] == "a film.avi"
    assert details["frames"] == 30 + 13 * 75 + 50
    assert details["scenes"] == 15  # black, thirteen, credits
    assert details["taken"] == len(rows) == 12
    assert details["black"] >= 1
    assert details["credits"] >= 2
    assert details["near duplicate"] >= 26
    assert len({row.source.split("/")[1] for row in rows}) == 12
    assert path.read_bytes() == before
    source = open_folder(out, height=160, width=256)
    assert source.manifest_hash == facts["manifest"]
    # The images are the film's, upright and in color.
    image = source.sets["train"].read(0).astype(int)
    likenesses = [np.abs(image[::4, ::4] - _cut(seed)[::4, ::4]).mean() for seed in range(12)]
    assert min(likenesses) < 12 < np.median(likenesses)


def _cut(seed):
    from colorkeras.data.images.decode import fit

    return fit(pixels(seed, *SIZE), 160, 256).astype(int)


def test_same_frames_wherever_the_film_lies(tmp_path):
    manifests = []
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        path = film(tmp_path / place / "film.avi", range(8))
        assert main([str(path), "-o", str(tmp_path / f"out-{place}")]) == 0
        manifests.append(read_dataset(tmp_path / f"out-{place}")["manifest"])
    assert manifests[0] == manifests[1]


def test_by_film_and_parts_of_films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(3):
        film(folder / f"{number}.avi", range(10 * number, 10 * number + 4))
    (folder / "broken.mp4").write_bytes(b"nothing")
    out = tmp_path / "out"
    assert main([str(folder), "-o", str(out), "--by-film", "--skip-start", "4.3"]) == 0
    rows = list(read_manifest(out))
    assert len({row.source.split("/")[0] for row in rows}) == 3
    splits = {}
    for row in rows:
        splits.setdefault(row.source.split("/")[0], set()).add(row.split)
    assert all(len(found) == 1 for found in splits.values())
    assert "broken.mp4,not a video" in (out / "rejected.csv").read_text()
    # 1.2 s of black and 3 s of the first scene are passed over.
    assert all(d["taken"] == 3 for d in read_dataset(out)["source"]["details"])


def test_continues_after_a_crash(tmp_path, monkeypatch):
    folder, out = tmp_path / "films", tmp_path / "out"
    folder.mkdir()
    for number in range(2):
        film(folder / f"{number}.avi", range(10 * number, 10 * number + 6))
    sampled, whole = [], film_source._sample_apart

    def dying(path, *rest):
        if sampled:
            raise KeyboardInterrupt
        sampled.append(path.name)
        return whole(path, *rest)

    monkeypatch.setattr(film_source, "_sample_apart", dying)
    assert main([str(folder), "-o", str(out)]) == 130
    sampled.clear()
    monkeypatch.setattr(
        film_source, "_sample_apart", lambda path, *r: sampled.append(path.name) or whole(path, *r)
    )
    assert main([str(folder), "-o", str(out)]) == 0
    assert sampled == ["1.avi"]
    assert len(list(read_manifest(out))) == 12


def test_other_sampling_does_not_continue(tmp_path, monkeypatch, capsys):
    path, out = film(tmp_path / "x.avi", range(6)), tmp_path / "out"
    monkeypatch.setattr("data_prep.preparation.divide", _stopped)
    assert main([str(path), "-o", str(out)]) == 130
    monkeypatch.undo()
    assert "begun here with another source" in refused(capsys, path, "-o", out, "--interval", "0.5")
    assert main([str(path), "-o", str(out)]) == 0


def _stopped(*_):
    raise KeyboardInterrupt


def test_bad_input(tmp_path, capsys):
    broken = tmp_path / "x.mp4"
    broken.write_bytes(b"nothing")
    out = tmp_path / "out"
    assert "no film could be read (x.mp4: not a video" in refused(capsys, broken, "-o", out)
    assert "no such file or folder" in refused(capsys, tmp_path / "y.mp4", "-o", out)
    (tmp_path / "empty").mkdir()
    assert "no video file" in refused(capsys, tmp_path / "empty", "-o", out)
    short = write_film(tmp_path / "short.avi", [pixels(1, *SIZE)])
    message = refused(capsys, short, "-o", out)
    assert "no frame was taken (short.avi: 1 frames, 0 looked at)" in message
    assert not out.exists()
    for option, value in (("--interval", 0), ("--interval", "nan"), ("--skip-end", -1)):
        message = refused(capsys, broken, "-o", out, option, value)
        assert f"{option}: received" in message


def test_a_truncated_film_is_reported(tmp_path, capsys):
    path, out = film(tmp_path / "cut.avi", range(8)), tmp_path / "out"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert main([str(path), "-o", str(out)]) == 0
    message = f"of {30 + 8 * 75 + 50}"
    (details,) = read_dataset(out)["source"]["details"]
    for place in (capsys.readouterr().err, (out / "rejected.csv").read_text(), details["damage"]):
        assert "decoding ended at frame" in place
        assert message in place
        assert "damaged or truncated" in place
    assert 3 <= details["taken"] < 8


def test_without_the_library_that_decodes(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    message = refused(capsys, tmp_path / "x.avi", "-o", tmp_path / "out")
    assert 'Install it with `pip install "colorkeras[video]"`' in message


def test_a_film_that_crashes_the_decoder(tmp_path, monkeypatch):
    path = film(tmp_path / "x.avi", range(3))
    monkeypatch.setattr(film_source, "_sample", _die)
    from data_prep.frame_sampling import Sampling
    from data_prep.prepared_image import Recipe

    reason = film_source._sample_apart(path, tmp_path / "out", Recipe(160, 256), Sampling())
    assert reason == "crashed the decoder"


def test_a_disk_that_fills_ends_it_and_loses_no_film(tmp_path, capsys):
    """A file where a folder has to be stands for the disk."""
    path, out = film(tmp_path / "x.avi", range(6)), tmp_path / "out"
    (out / ".work").mkdir(parents=True)
    (out / ".work" / "source").write_text("in the way")
    message = refused(capsys, path, "-o", out)
    assert "cannot be written" in message
    assert "crashed the decoder" not in message


def _die(*_):
    import os

    os._exit(11)


@pytest.mark.parametrize("skip", [0.0, 2.0])
def test_end_is_skipped(tmp_path, skip):
    path = write_film(tmp_path / "x.avi", scene(1, 2) + scene(2, 2) + scene(3, 2))
    from data_prep.frame_sampling import Sampling, sample_video
    from data_prep.prepared_image import Recipe

    sampling = Sampling(skip_end=skip)
    sample_video(path, tmp_path / "out", Recipe(64, 64), sampling, lambda *_: None)
    assert len(list((tmp_path / "out").rglob("*.png"))) == (2 if skip else 3)
