"""The same images as files, TFRecord shards and HDF5: same manifest, same pixels, same runs."""

import h5py
import numpy as np
import pytest
from data_prep_archives import encoded

from colorkeras.config.settings import DataTable
from colorkeras.console.errors import UserError
from colorkeras.data.open_source import open_source
from data_prep import compare, output_formats, verify
from data_prep.dataset_files import read_dataset
from data_prep.folder import main


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The data sets by format."""
    folder = tmp_path_factory.mktemp("packing")
    photos = folder / "photos"
    photos.mkdir()
    for number in range(30):
        (photos / f"{number:02d}.png").write_bytes(encoded(number))
    found = {}
    for kind in output_formats.FORMATS:
        found[kind] = folder / kind
        assert main([str(photos), "-o", str(found[kind]), "--size", "40", "--format", kind]) == 0
    return found


def opened(path, **options):
    return open_source(DataTable(source=str(path), height=40, width=40, **options))


def copied(tmp_path, folder):
    """A copy to damage."""
    target = tmp_path / "copy"
    target.mkdir()
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


@pytest.mark.parametrize("kind", ["tfrecord", "hdf5"])
def test_equal_to_the_files(prepared, kind):
    files, packed = opened(prepared["files"]), opened(prepared[kind])
    assert packed.manifest_hash == files.manifest_hash == read_dataset(prepared[kind])["manifest"]
    assert not (prepared[kind] / "train").exists()
    for split, images in files.sets.items():
        assert packed.sets[split].names == images.names
        assert packed.sets[split].manifest_hash == images.manifest_hash
        for index in range(len(images)):
            np.testing.assert_array_equal(packed.sets[split].read(index), images.read(index))


@pytest.mark.parametrize("kind", ["files", "tfrecord", "hdf5"])
def test_limit_and_another_size(prepared, kind):
    source = open_source(DataTable(source=str(prepared[kind]), height=32, width=48, limit=10))
    assert sum(map(len, source.sets.values())) in (10, 11)  # in proportion of the splits
    whole = opened(prepared["files"], limit=10)
    assert source.manifest_hash == whole.manifest_hash
    image = source.sets["train"].read(0)
    assert image.shape == (32, 48, 3)
    assert abs(image.mean() - whole.sets["train"].read(0)[7:33].mean()) < 4


def test_file_alone_is_a_data_set(prepared):
    """As carried to a machine that has nothing else."""
    path = prepared["hdf5"] / "images.h5"
    assert opened(path).manifest_hash == read_dataset(prepared["files"])["manifest"]


@pytest.mark.parametrize("kind", ["tfrecord", "hdf5"])
def test_verify_and_compare(prepared, tmp_path, capsys, kind):
    assert verify.main([str(prepared[kind])]) == 0
    assert compare.main([str(prepared["files"]), str(prepared[kind])]) == 0
    copy = copied(tmp_path, prepared[kind])
    (victim,) = [p for p in copy.iterdir() if p.name.startswith(("images", "train-"))]
    data = bytearray(victim.read_bytes())
    data[-100] ^= 1
    victim.write_bytes(data)
    assert verify.main([str(copy)]) == 2
    assert f"{victim.name}: its bytes have changed" in capsys.readouterr().err


def test_hdf5_that_cannot_be_used(prepared, tmp_path):
    whole = (prepared["hdf5"] / "images.h5").read_bytes()
    path = tmp_path / "images.h5"
    for damaged in (whole[: len(whole) // 2], whole[:-1], b"", b"no HDF5" * 99):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="not a complete file of packed images"):
            opened(path)
    path.write_bytes(whole)
    with h5py.File(path, "r+") as file:
        file.attrs["version"] = 2
    with pytest.raises(UserError, match="version 2; expected colorkeras-images, version 1"):
        opened(path)
    with h5py.File(path, "w") as file:
        file["model_weights"] = 1
    with pytest.raises(UserError, match="of format None"):
        opened(path)


def test_packed_file_that_is_missing(prepared, tmp_path):
    copy = copied(tmp_path, prepared["hdf5"])
    (copy / "images.h5").unlink()
    with pytest.raises(UserError, match=r"copy: images.h5 is missing, which dataset.json names"):
        opened(copy)
    (copy / "dataset.json").write_text("[]")  # anybody's
    with pytest.raises(UserError, match="no image files"):
        opened(copy)


def test_tfrecord_that_cannot_be_used(prepared, tmp_path):
    copy = copied(tmp_path, prepared["tfrecord"])
    (shard,) = copy.glob("train-*.tfrecord")
    whole = shard.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], whole[:5], b"no TFRecord but a text\n"):
        shard.write_bytes(damaged)
        with pytest.raises(UserError, match="not a TFRecord, or truncated, at byte"):
            opened(copy)
    shard.rename(copy / "train-00000-of-00002.tfrecord")
    with pytest.raises(UserError, match=f"{shard.name} is missing, which dataset.json names"):
        opened(copy)
    (copy / "dataset.json").unlink()
    with pytest.raises(UserError, match="missing or from two data sets: expected 2, found 1"):
        opened(copy)
    shard.write_bytes(whole)
    (copy / "train-00000-of-00002.tfrecord").unlink()
    (copy / "manifest.csv").unlink()
    with pytest.raises(UserError, match="it names the images in the shards"):
        opened(copy)


def test_several_shards(prepared, tmp_path, monkeypatch):
    monkeypatch.setattr(output_formats, "SHARD_BYTES", 5000)
    out = tmp_path / "out"
    photos = prepared["files"].parent / "photos"
    assert main([str(photos), "-o", str(out), "--size", "40", "--format", "tfrecord"]) == 0
    shards = sorted(out.glob("train-*.tfrecord"))
    assert len(shards) > 2
    assert shards[0].name == f"train-00000-of-{len(shards):05d}.tfrecord"
    files, packed = opened(prepared["files"]), opened(out)
    assert packed.manifest_hash == files.manifest_hash
    np.testing.assert_array_equal(packed.sets["train"].read(20), files.sets["train"].read(20))


def test_records_are_those_of_tensorflow(prepared):
    """Read by tf.data, as other programs would."""
    import tensorflow as tf

    (shard,) = prepared["tfrecord"].glob("test-*.tfrecord")
    features = {"image": tf.io.FixedLenFeature([], tf.string)}
    images = opened(prepared["files"]).sets["test"]
    records = list(tf.data.TFRecordDataset(str(shard)))
    assert len(records) == len(images)
    for index, record in enumerate(records):
        parsed = tf.io.parse_single_example(record, features)
        np.testing.assert_array_equal(tf.io.decode_png(parsed["image"]), images.read(index))
