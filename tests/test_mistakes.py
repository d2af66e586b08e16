"""Mistaken command lines and damaged runs: a sentence that names what is wrong, exit code 2.

No traceback, nothing half-written. Each line of the table is one command; `{…}` stand for places
that the tests make.
"""

import importlib
import re
from pathlib import Path

import pytest
from sample_runs import write_run
from saved_models import write_model
from tiny_experiment import write_experiment, write_photos

from colorkeras.__main__ import COMMANDS
from colorkeras.config.load import load_config
from colorkeras.records.run_folder import RunFolder

LONG, DIGITS, BRACKETS = "x" * 300, "9" * 5000, "[" * 2000
NOT_UTF8 = "caf\udce9"

# Arguments → words of the message.
RUN = [
    ("", "no experiment given"),
    ("{nowhere}", "no experiment here"),
    ("{photos}", "no experiment here"),
    (f"{{dir}}/{LONG}", "File name too long"),
    ("~nobody-of-that-name/experiment", "no experiment here"),
    ("{tiny} --preset quik", "Did you mean quick?"),
    ("{tiny} --preset ''", "preset"),
    ("{tiny} --nonsense", "unrecognized arguments: --nonsense"),
    ("{tiny} --seed x", "invalid int value: 'x'"),
    (f"{{tiny}} --seed {DIGITS}", "invalid int value"),
    ("{tiny} --seed -1", "train.seed: received -1"),
    ("{tiny} --seed 4294967296", "train.seed: received 4294967296"),
    ("{tiny} --limit 0", "--limit: received 0"),
    ("{tiny} --limit -3", "--limit: received -3"),
    ("{tiny} --limit 1e9", "invalid int value"),
    ("{tiny} --devices tpu", "--devices: received 'tpu'"),
    ("{tiny} --devices 0", "--devices: received '0'"),
    (f"{{tiny}} --devices {DIGITS}", "--devices: received"),
    ("{tiny} --devices ''", "--devices: received ''"),
    ("{tiny} --data {nowhere}", "no such folder"),
    ("{tiny} --data ''", "expected the path of a folder"),
    ("{tiny} --data {file}", "a file. Expected a folder"),
    ("{tiny} --data {empty}", "no image files"),
    ("{tiny} --data https://example.org/photos", "an address. Only local folders are read"),
    ("{tiny} --data scenes:landscapes", "no such scenes"),
    ("{tiny} --data ~nobody-of-that-name/photos", "no such folder"),
    (f"{{tiny}} --data {{dir}}/{LONG}", "File name too long"),
    (f"{{tiny}} --data {NOT_UTF8}", "expected valid Unicode"),
    (f"{{tiny}} --out {{dir}}/{LONG}", "File name too long"),
    (f"{{tiny}} --out {{dir}}/{NOT_UTF8}", "printable characters"),
    ("{tiny} --out {dir}/a\x1b[31m", "printable characters"),
    ("{tiny} --out {file}", "is a file; expected a folder"),
    ("{tiny} --out {file}/out", "Not a directory"),
    ("{tiny} --out {photos}", "already exists and is not empty"),
    ("{tiny} --data {photos} --out {photos}/out", "lies in the data source"),
    ("{tiny} --set", "expected one argument"),
    ("{tiny} --set train", "expected table.key=value"),
    ("{tiny} --set train=3", "expected table.key=value"),
    ("{tiny} --set =3", "expected table.key=value"),
    ("{tiny} --set train..epochs=3", "expected table.key=value"),
    ("{tiny} --set trein.epochs=3", "unknown table trein. Did you mean train?"),
    ("{tiny} --set train.epoch=3", "unknown key train.epoch. Did you mean epochs?"),
    ("{tiny} --set train.epochs=three", "expected an integer"),
    ("{tiny} --set train.epochs=0", "expected between 1 and"),
    ("{tiny} --set train.epochs=-1", "expected between 1 and"),
    ("{tiny} --set train.epochs=2.5", "expected an integer"),
    ("{tiny} --set train.epochs=true", "expected an integer"),
    ("{tiny} --set train.epochs=", "expected an integer"),
    (f"{{tiny}} --set train.epochs={DIGITS}", "expected an integer"),
    (f"{{tiny}} --set train.epochs={BRACKETS}", "expected an integer"),
    ("{tiny} --set train.epochs.x=1", "expected an integer"),
    ("{tiny} --set 'train.epochs=1\ntrain.seed=2'", "holds several values"),
    ("{tiny} --set train.batch_size=0", "expected at least 1"),
    ("{tiny} --set train.batch_size=1000000000000", "fewer than train.batch_size"),
    ("{tiny} --set train.accumulate=3", "does not divide train.batch_size"),
    ("{tiny} --set train.precision=float64", "expected one of auto, float32"),
    ("{tiny} --set train.batch_norm=none", "expected one of synchronized, local"),
    ("{tiny} --set train.stages=['a']", "stages"),
    ("{tiny} --set data.train_images=1000000000000", "expected between 1 and 2000000"),
    ("{tiny} --set data.val_images=2000001", "expected between 1 and 2000000"),
    ("{tiny} --set data.test_images=0", "expected between 1 and 2000000"),
    ("{tiny} --set data.height=1", "expected between 16 and 4096"),
    ("{tiny} --set data.width=100000", "expected between 16 and 4096"),
    ("{tiny} --set data.height=34", "expected a multiple of 4"),
    ("{tiny} --set data.resize=squeeze", "expected one of crop, stretch"),
    ("{tiny} --set data.train_fraction=nan", "data.train_fraction: received nan"),
    ("{tiny} --set data.train_fraction=2", "data.train_fraction: received 2"),
    ("{tiny} --set data.source=3", "expected a string"),
    ("{tiny} --set data.seed=-1", "data.seed: received -1"),
    ("{tiny} --set color.space=xyz", "color.space"),
    ("{tiny} --set noise.source=input", "as noise.source is 'input'"),
    ("{tiny} --set optimizer.colorizer.name=adamm", "Did you mean adam?"),
    ("{tiny} --set optimizer.colorizer.learning_rate=-1", "expected at least 0"),
    ("{tiny} --set optimizer.colorizer.learning_rate=inf", "expected a finite number"),
    ("{tiny} --set optimizer.colorizer.momentum=1", "unknown key momentum for adam"),
    ("{tiny} --set optimizer.painter.name=adam", "objectives are colorizer"),
    ("{tiny} --set optimizer.colorizer.schedule.name=stairs", "expected one of constant, step"),
    ("{tiny} --set optimizer=3", "expected table.key=value"),
    ("{tiny} --set model.depth=3", "unknown key model.depth"),
    ("{tiny} --set model.dropout=much", "expected a number"),
    ("{tiny} --set experiment.name=a/b", "experiment.name: received 'a/b'"),
    ("{tiny} --set experiment.folder={nowhere}", "every experiment folder needs one"),
    ("{toml-broken}", "not valid TOML"),
    ("{toml-binary}", "cannot be read"),
    ("{toml-empty}", "no [optimizer.NAME] table"),
    ("{toml-deep}", "not valid TOML"),
    ("{toml-digits}", "not valid TOML"),
    ("{toml-folder}", "no experiment here"),
    ("{model-missing}", "every experiment folder needs one"),
    ("{model-broken}", "model.py: line 1"),
    ("{model-binary}", "not valid Python"),
    ("{model-empty}", "no function build_model"),
    ("{tiny} --sweep train.batch_size", "expected table.key=a,b"),
    ("{tiny} --sweep batch_size=1,2", "expected table.key=a,b"),
    ("{tiny} --sweep train.batch_size=", "received no value"),
    ("{tiny} --sweep train.batch_size=4,4", "is given twice"),
    ("{tiny} --sweep train.batch_size=4,x", "cell train.batch_size=x,seed=0: "),
    (f"{{tiny}} --sweep train.batch_size={BRACKETS}", "neither a plain word nor a TOML value"),
    ("{tiny} --sweep train.epochs=1 --set train.epochs=2", "is set as well"),
    ("{tiny} --sweep train.epochs=1 --sweep train.epochs=2", "is swept as well"),
    ("{tiny} --seeds 0", "--seeds: received 0"),
    ("{tiny} --seeds 1000000000000", "expected at most 1,000"),
    ("{tiny} --seeds 2 --sweep train.seed=1,2", "train.seed is swept as well"),
    ("{tiny} --seeds 2 --resume {nowhere}", "does not go with --sweep or --seeds"),
    ("{nowhere} --seeds 2", "no experiment here"),
    ("{tiny} --seeds 2 --out {photos}", "already exists and is not empty"),
    ("{tiny} --seeds 2 --out {file}", "is a file; expected a folder"),
    (f"{{tiny}} --seeds 2 --out {{dir}}/{LONG}", "File name too long"),
    ("--resume ''", "received an empty path"),
    ("--resume {nowhere}", "no run to resume here"),
    ("--resume {photos}", "no run to resume here"),
    ("--resume {file}", "is a file; expected the folder of a run"),
    (f"--resume {{dir}}/{LONG}", "File name too long"),
    ("--resume {run} --out {dir}/other", "a resumed run stays in its folder"),
    ("--resume {run} --preset long", "not the one this run began with"),
    ("--resume {run} --set train.epochs=9", "not the one this run began with"),
    ("--resume {run} --data scenes:face", "not the one this run began with"),
    ("--resume {run} --data {photos}", "not the one this run began with"),
    ("{nowhere} --resume {run}", "not found from here"),
]
EVALUATE = [
    ("", "the following arguments are required"),
    ("{model}", "required: --data"),
    ("{nowhere} --data {photos}", "nowhere"),
    ("{photos} --data {photos}", "photos"),
    ("{file} --data {photos}", "file"),
    (f"{{dir}}/{LONG} --data {{photos}}", "File name too long"),
    ("{model} --data {photos} --limit -1", "--limit: received -1"),
    ("{model} --data {photos} --limit 0", "--limit: received 0, expected at least 1"),
    ("{model} --data {photos} --batch 0", "--batch: received 0"),
    ("{model} --data {photos} --split tset", "invalid choice: 'tset'"),
    ("{model} --data {nowhere}", "no such folder"),
    ("{model} --data {empty}", "no image files"),
    ("{model} --data /dev/zero", "a device or a pipe. Expected a folder of images"),
    ("{model} --data ''", "expected the path of a folder"),
    ("{model} --data scenes:cats", "no such scenes"),
    ("{model} --data {photos} -o {file}", "is a file; expected a folder"),
    ("{model} --data {photos} -o {photos}/out", "lies in the data source"),
    ("{model} --data {photos} -o {tiny}", "already exists and is not empty"),
    (f"{{model}} --data {{photos}} -o {{dir}}/{LONG}", "File name too long"),
    (f"{{model}} --data {{photos}} -o {{dir}}/{NOT_UTF8}", "printable characters"),
]
COLORIZE = [
    ("", "the following arguments are required"),
    ("{model} {photos}", "required: -o/--out"),
    ("--model {nowhere} {photos} -o {dir}/out", "nowhere"),
    ("--model {file} {photos} -o {dir}/out", "file"),
    ("{model} '' -o {dir}/out", "an empty path was given"),
    ("{model} {photos} -o ''", "an empty path was given"),
    ("{model} {photos} -o {file}", "is a file; expected a folder"),
    ("{model} {photos} -o {file}/out", "Not a directory"),
    ("{model} {photos} -o /proc/out", "/proc/out: cannot be written"),
    ("{model} {photos}/000.png -o {photos}/000.png", "would replace an image to read"),
    ("{model} {photos}/000.png -o {photos}", "would replace an image to read"),
    ("{model} /dev/zero -o {dir}/out", "a device or a pipe"),
    ("{model} {photos} -o {photos}", "also the folder for the results"),
    ("{model} {photos} -o {dir}/out --samples 0", "--samples: received 0"),
    ("{model} {photos} -o {dir}/out --samples 1000000", "--samples: received 1000000"),
    ("{model} {photos} -o {dir}/out --samples 2", "has no noise"),
    ("{model} {photos} -o {dir}/out --seed -1", "--seed: received -1"),
    ("{model} {photos} -o {dir}/out --keep no", "invalid choice: 'no'"),
    ("{model} {photos} -o {dir}/out --format bmp", "invalid choice: 'bmp'"),
    ("{model} {photos} -o {dir}/out.png --sheet", "names one file; expected a folder"),
    ("{model} {photos} -o {dir}/out --jobs 0", "--jobs: received 0, expected 1 to 256"),
    ("{model} {photos} -o {dir}/out --saturation 9", "--saturation: received 9.0, expected 0 to 4"),
    ("{model} {photos} -o {dir}/out --saturation nan", "--saturation: received nan, expected 0"),
    ("{model} {photos} -o {dir}/out --temperature 101", "--temperature: received 101.0, expected"),
    ("{model} {photos} -o {dir}/out --quality 0", "--quality: received 0, expected 1 to 100"),
    ("{model} {photos} -o {dir}/out --max-pixels 0", "--max-pixels: received 0, expected 1"),
    ("{model} {photos} -o {dir}/out --ensemble none.h5", "none.h5: no such file"),
    ("{model} @{dir}/none -o {dir}/out", "the list cannot be read: No such file"),
    ("{model} {dir}/*.none -o {dir}/out", "no image matches this pattern"),
    ("{model} {photos} -o {dir}/out --format gif", "invalid choice: 'gif'"),
    (f"{{model}} {{photos}} -o {{dir}}/{LONG}", "File name too long"),
]
EXPORT = [
    ("", "required: --format, -o/--out"),
    ("{model} -o {dir}/out", "required: --format"),
    ("{model} --format tflite -o {dir}/out", "invalid choice: 'tflite'"),
    ("{nowhere} --format keras -o {dir}/out", "nowhere: no such file"),
    ("{file} --format keras -o {dir}/out", "file"),
    ("'' --format keras -o {dir}/out", "an empty name was given"),
    ("{model} --format keras -o ''", "--out: an empty path was given"),
    ("{model} --format keras -o {file}", "is a file; expected a folder"),
    ("{model} --format keras -o {file}/out", "no such folder. Make it first"),
    ("{model} --format keras -o {nowhere}/out", "no such folder. Make it first"),
    ("{model} --format keras -o {dir}/model.keras", "Leave out .keras"),
    ("{model} --format keras -o {photos}", "already exists. Name another folder, or add"),
    ("{model} --format keras -o {photos} --overwrite", "has 000.png, which no export writes"),
    ("{model} --format keras -o {empty} --overwrite", "is not an export"),
    ("{model} --format keras -o /proc/out", "/proc: cannot be written"),
    ("{model} --format keras -o {dir}/out --max-memory 1e-6", "--max-memory"),
    (f"{{model}} --format keras -o {{dir}}/{LONG}", "File name too long"),
]
COMPARE = [
    ("{nowhere}", "no such folder"),
    ("{file}", "is a file; expected the folder"),
    ("''", "no finished run"),
    ("{empty}", "found 0 runs"),
    ("{photos} --al --o", "expected one argument"),
    (f"{{dir}}/{LONG}", "File name too long"),
    ("{results} -o {file}", "cannot be"),
    ("{results} -o {results}", "holds runs, and"),
    (f"{{results}} -o {{dir}}/{LONG}", "File name too long"),
]
CLAIMS = [
    ("{nowhere}", "no claims.toml here"),
    ("{tiny}", "no claims.toml here"),
    ("{claims-broken}", "not valid TOML"),
    ("{claims-empty}", "no claims; expected at least one table"),
    ("{claims-wrong}", "unknown key clame"),
    ("{claims-wrong} --results {nowhere}", "no such folder"),
    (f"{{dir}}/{LONG}", "File name too long"),
]
BENCH = [
    ("", "the following arguments are required"),
    ("{nowhere}", "no experiment here"),
    ("{tiny} --seconds 0", "--seconds: received 0"),
    ("{tiny} --seconds nan", "--seconds: received nan"),
    ("{tiny} --seconds 1e9", "--seconds: received 1000000000"),
    ("{tiny} --rounds 0", "--rounds: received 0"),
    ("{tiny} --devices x", "--devices: received 'x'"),
    ("{tiny} --set train.epoch=1", "Did you mean epochs?"),
    ("{tiny} -o {photos}", "Is a directory"),
    ("{tiny} -o ''", "received an empty path"),
    (f"{{tiny}} -o {{dir}}/{LONG}", "File name too long"),
]
SCENES = [
    ("", "the following arguments are required: -o/--output"),
    ("-o {dir}/a.jpg", "expected a file name that ends in .png"),
    ("-o {dir}/a.png --rows 0", "--rows is 0"),
    ("-o {dir}/a.png --rows 1000000 --columns 1000000", "--rows is 1000000"),
    ("-o {dir}/a.png --height 1000000", "--height is 1000000"),
    ("-o {dir}/a.png --height -5", "height"),
    ("-o {dir}/a.png --domain cats", "invalid choice: 'cats'"),
    ("-o {dir}/a.png --seed x", "invalid int value"),
    ("-o {file}/a.png --rows 1 --columns 1 --height 32 --width 32", "cannot be written"),
    (f"-o {{dir}}/{LONG}.png --rows 1 --columns 1 --height 32 --width 32", "File name too long"),
]
FOLDER = [
    ("", "the following arguments are required"),
    ("{photos}", "required: -o/--out"),
    ("{nowhere} -o {dir}/out", "nowhere"),
    ("{file} -o {dir}/out", "file"),
    ("{empty} -o {dir}/out", "no image to prepare"),
    ("~nobody-of-that-name -o {dir}/out", "nobody-of-that-name"),
    ("{photos} -o ''", "expected the path of a new folder"),
    ("{photos} -o {file}", "is a file; expected a folder"),
    ("{photos} -o {photos}/out", "is inside the source"),
    ("{photos} -o {tiny}", "is not empty"),
    (f"{{photos}} -o {{dir}}/{LONG}", "File name too long"),
    ("{photos} -o {dir}/out --size 5", "--size: received '5'"),
    ("{photos} -o {dir}/out --size 99999x99999", "--size: received"),
    ("{photos} -o {dir}/out --size ''", "--size: received ''"),
    ("{photos} -o {dir}/out --limit 1", "--limit: received 1"),
    ("{photos} -o {dir}/out --limit 1000000000000", "--limit: received"),
    ("{photos} -o {dir}/out --split 1", "--split: received '1'"),
    ("{photos} -o {dir}/out --split a/b/c", "--split: received 'a/b/c'"),
    ("{photos} -o {dir}/out --split nan/0/1", "--split: received 'nan/0/1'"),
    ("{photos} -o {dir}/out --split 1e999/1/1", "--split: received"),
    ("{photos} -o {dir}/out --split 10/1/1 --limit 5", "--split 0.8/0.1/0.1, with it"),
    ("{photos} -o {dir}/out --grey -1", "--grey: received -1"),
    ("{photos} -o {dir}/out --grey nan", "--grey: received nan"),
    ("{photos} -o {dir}/out --groups x", "expected FILE.csv:COLUMN"),
    ("{photos} -o {dir}/out --groups {nowhere}:x", "cannot be read"),
    ("{photos} -o {dir}/out --groups {binary}:x", "binary"),
    ("{photos} -o {dir}/out --groups {file}:x", "and no column x. Its columns are a, b"),
    ("{photos} -o {dir}/out --groups {file}:b", "no column path (or file, or name), which"),
    ("/dev/zero -o {dir}/out", "a device or a pipe. Expected an archive"),
    ("{photos} -o {dir}/out --group-by-folder --groups a:b", "not allowed with argument"),
    ("tfds: -o {dir}/out", "tfds"),
]
FRAMES = [
    ("{nowhere} -o {dir}/out", "nowhere"),
    ("{file} -o {dir}/out", "file"),
    ("/dev/zero -o {dir}/out", "a device or a pipe. Give a video file"),
    ("{photos} -o {dir}/out --interval 0", "--interval: received 0"),
    ("{photos} -o {dir}/out --interval nan", "--interval: received nan"),
    ("{photos} -o {dir}/out --skip-end -1", "--skip-end: received -1"),
]
VERIFY = [
    ("", "the following arguments are required"),
    ("{nowhere}", "no dataset.json here"),
    ("{file}", "a file. Expected the folder of a prepared data set"),
    ("{dataset-binary}", "cannot be read"),
    ("{dataset-empty}", "not of format 1"),
    ("{dataset-deep}", "cannot be read"),
    ("~nobody-of-that-name", "no dataset.json here"),
]
OTHERS = [
    ("data_prep.compare", "{nowhere} {nowhere}", "no dataset.json here"),
    ("data_prep.compare", "{dataset-binary} {nowhere}", "cannot be read"),
    ("data_prep.benchmark", "--images 1", "--images: received 1"),
    ("data_prep.benchmark", "--finish 1000000000000", "--finish: received"),
    ("data_prep.benchmark", "-o {photos}", "Is a directory"),
    ("data_prep.coco", "{nowhere} -o {dir}/out", "nowhere"),
    ("data_prep.lsun", "{nowhere} -o {dir}/out", "nowhere"),
    ("data_prep.human_faces", "{photos} -o {dir}/out --subset 7", "invalid choice: 7"),
    ("data_prep.human_faces", "{nowhere} -o {dir}/out --subset 40 --limit 5", "give one of them"),
    ("data_prep.digiface", "{nowhere} -o {dir}/out", "DigiFace"),
]
TABLES = {
    "colorkeras.run": RUN,
    "colorkeras.evaluate": EVALUATE,
    "colorkeras.colorize": COLORIZE,
    "colorkeras.export": EXPORT,
    "colorkeras.compare": COMPARE,
    "colorkeras.claims": CLAIMS,
    "colorkeras.bench": BENCH,
    "colorkeras.scenes": SCENES,
    "data_prep.folder": FOLDER,
    "data_prep.frames": FRAMES,
    "data_prep.verify": VERIFY,
}
MISTAKES = [(module, *line) for module, lines in TABLES.items() for line in lines] + OTHERS
assert len(MISTAKES) >= 150


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The places that the table names; nothing may be written beside what is here."""
    root = tmp_path_factory.mktemp("places")
    found = {name: root / name for name in ("nowhere", "file", "binary", "empty", "results", "dir")}
    for name in ("empty", "dir"):
        found[name].mkdir()
    write_run(found["results"])
    found["file"].write_text("a,b\n1,2\n", encoding="utf-8")
    found["binary"].write_bytes(b"path,x\n\xff\xfe\x00\n")
    found["photos"] = write_photos(root / "photos", 6)
    found["tiny"] = write_experiment(root / "tiny")
    found["model"] = write_model(root / "model.h5")
    found["run"] = _stored_run(root / "run", found["tiny"])
    for kind, content in {
        "broken": b"[experiment\n",
        "binary": b"\xff\xfe\x00",
        "empty": b"",
        "deep": b"a = " + b"[" * 2000,
        "digits": b"a = " + b"9" * 5000,
    }.items():
        found[f"toml-{kind}"] = _with(root, f"toml-{kind}", "config.toml", content)
        found[f"model-{kind}"] = _with(root, f"model-{kind}", "model.py", content)
        found[f"claims-{kind}"] = _with(root, f"claims-{kind}", "claims.toml", content)
        found[f"dataset-{kind}"] = _with(root, f"dataset-{kind}", "dataset.json", content)
    (Path(found["dataset-empty"]) / "dataset.json").write_text("{}", encoding="utf-8")
    (Path(found["dataset-deep"]) / "dataset.json").write_text("[" * 100_000, encoding="utf-8")
    wrong = b'[[claims]]\nid = "a"\nclame = "b"\n'
    found["claims-wrong"] = _with(root, "claims-wrong", "claims.toml", wrong)
    found["toml-folder"] = _with(root, "toml-folder", "config.toml", None)
    found["model-missing"] = write_experiment(root / "model-missing")
    (Path(found["model-missing"]) / "model.py").unlink()
    return root, {name: str(path) for name, path in found.items()}


def _with(root, name, file, content):
    """A tiny experiment one of whose files has this content, or is a folder."""
    folder = Path(write_experiment(root / name))
    (folder / file).unlink(missing_ok=True)
    if content is None:
        (folder / file).mkdir()
    else:
        (folder / file).write_bytes(content)
    return folder


def _stored_run(folder, experiment):
    """What a run leaves that was stopped before its first step."""
    info = {"status": "interrupted", "configured_by": experiment, "overrides": [], "data": {}}
    RunFolder(folder).create(load_config(experiment), info)
    return folder


def _listing(root):
    return sorted(str(path) for path in root.rglob("*") if "__pycache__" not in path.parts)


def _arguments(line, places):
    """Words between blanks; those in quotes may hold blanks, or nothing."""
    words = re.findall(r"'([^']*)'|((?:[^ ']|'[^']*')+)", line)
    found = []
    for quoted, plain in words:
        word = plain.replace("'", "") if plain else quoted
        for name, path in places.items():
            word = word.replace(f"{{{name}}}", path)
        found.append(word)
    return found


def _main_of(module):
    """The function behind `python -m MODULE`."""
    name = module.removeprefix("colorkeras.")
    return COMMANDS[name].main if name in COMMANDS else importlib.import_module(module).main


@pytest.mark.parametrize(("module", "line", "words"), MISTAKES)
def test_mistake_is_reported(places, monkeypatch, capsys, module, line, words):
    root, named = places
    monkeypatch.chdir(root / "dir")
    before = _listing(root)
    try:
        code = _main_of(module)(_arguments(line, named))
    except SystemExit as stopped:
        code = stopped.code
    error = capsys.readouterr().err
    assert code == 2, error
    assert "Traceback" not in error
    assert words in " ".join(error.split())
    assert error.count("error: ") == 1
    assert _listing(root) == before
