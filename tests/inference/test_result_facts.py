"""What results are made of, and whether they are there already."""

import hashlib

import pytest
from PIL import Image
from saved_models import write_model
from tiny_experiment import make_image

from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.mark import save_options
from colorkeras.inference.batch_csv import BatchCsv
from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorize_plan import Job
from colorkeras.inference.result_facts import ResultFacts, source_of
from colorkeras.inference.saved_model import load_model


@pytest.fixture
def job(tmp_path):
    Image.fromarray(make_image()).save(tmp_path / "a.png")
    return Job(tmp_path / "a.png", tmp_path / "out.png", "png")


@pytest.fixture
def model(tmp_path):
    return load_model(write_model(tmp_path / "model.h5"))


def write_result(path, facts):
    Image.fromarray(make_image()).save(path, **save_options(".png", facts))


def test_facts_name_the_bytes_of_model_and_photograph(job, model, tmp_path):
    (facts,) = ResultFacts([model], Options(), None).of(job, source_of(job.photo)).values()
    assert facts["model"] == hashlib.sha256((tmp_path / "model.h5").read_bytes()).hexdigest()
    assert facts["source"] == hashlib.sha256(job.photo.read_bytes()).hexdigest()
    assert (facts["experiment"], facts["keep"]) == ("tiny", "luma")
    assert "saturation" not in facts
    (facts,) = ResultFacts([model, model], Options(saturation=2.0), None).of(job, "x").values()
    assert facts["model"] == [model.sha256] * 2
    assert facts["saturation"] == 2


def test_samples_have_numbers(job, model, tmp_path):
    found = ResultFacts([model], Options(samples=2, seed=5), None).of(job, "x")
    assert list(found) == [tmp_path / "out-1.png", tmp_path / "out-2.png"]
    assert [(facts["seed"], facts["sample"]) for facts in found.values()] == [(5, 1), (5, 2)]


def test_a_finished_result_is_there(job, model):
    facts = ResultFacts([model], Options(), None)
    made_of = facts.of(job, "x")
    assert not facts.are_there(made_of)
    write_result(job.output, made_of[job.output])
    assert facts.are_there(made_of)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "y"}, "made of another image"),
        ({"model": "y"}, "made by another model or with other options"),
        (None, "not known to be made of this image by this model"),
    ],
)
def test_another_file_in_the_way(job, model, change, reason):
    facts = ResultFacts([model], Options(), None)
    made_of = facts.of(job, "x")
    if change is None:
        Image.fromarray(make_image()).save(job.output)
    else:
        write_result(job.output, made_of[job.output] | change)
    with pytest.raises(UnusableImage, match=f"out.png exists, {reason}; --overwrite replaces it"):
        facts.are_there(made_of)


def test_a_result_without_a_mark_is_known_from_the_list(job, model, tmp_path):
    table, options = BatchCsv(tmp_path), Options(mark=False)
    facts = ResultFacts([model], options, table)
    made_of = facts.of(job, "x")
    Image.fromarray(make_image()).save(job.output)
    table.add(job.photo, [job.output], facts.records(made_of), status="colorized", reason="")
    again = ResultFacts([model], options, BatchCsv(tmp_path))
    assert again.are_there(made_of)
    with pytest.raises(UnusableImage, match="made by another model or with other options"):
        ResultFacts([model], Options(), BatchCsv(tmp_path)).are_there(made_of)
    job.output.write_bytes(job.output.read_bytes() + b"changed")
    with pytest.raises(UnusableImage, match="not known to be made"):
        again.are_there(made_of)


def test_a_doubt_map_replaces_nothing_else(job, model):
    facts = ResultFacts([model], Options(doubt=True), None)
    (made_of,) = facts.of(job, "x").values()
    facts.check_doubt(job, made_of)
    Image.fromarray(make_image()).save(job.doubt)
    with pytest.raises(UnusableImage, match="not known to be the doubt map of this image"):
        facts.check_doubt(job, made_of)
    ResultFacts([model], Options(doubt=True, overwrite=True), None).check_doubt(job, made_of)
    write_result(job.doubt, {**made_of, "shows": "doubt, 0 to 40 CIELAB units"})
    facts.check_doubt(job, made_of)
    with pytest.raises(UnusableImage, match="not known to be the doubt map"):
        facts.check_doubt(job, replace_source(made_of))


def test_some_of_the_samples_are_missing(job, model, tmp_path):
    facts = ResultFacts([model], Options(samples=2), None)
    made_of = facts.of(job, "x")
    first, second = made_of
    write_result(first, made_of[first])
    message = f"{first} exists, but not {second}; --overwrite makes all anew"
    with pytest.raises(UnusableImage, match=message):
        facts.are_there(made_of)


def replace_source(facts):
    return {**facts, "source": "y"}
