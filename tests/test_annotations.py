"""A module has all its types or none, so that what mypy says of it is the whole truth."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("colorkeras", "data_prep")
    for path in (ROOT / folder).rglob("*.py")
)
# Not done yet.
PARTLY_ANNOTATED = {
    "colorkeras/bench/part.py",
    "colorkeras/color/space.py",
    "colorkeras/color/srgb.py",
    "colorkeras/console/safe_text.py",
    "colorkeras/console/streams.py",
    "colorkeras/data/folders/examine.py",
    "colorkeras/data/folders/folder_source.py",
    "colorkeras/data/folders/index.py",
    "colorkeras/data/images/decode.py",
    "colorkeras/data/images/formats.py",
    "colorkeras/data/images/jpeg.py",
    "colorkeras/data/images/modes.py",
    "colorkeras/data/images/png.py",
    "colorkeras/data/images/png_writer.py",
    "colorkeras/data/images/tiff.py",
    "colorkeras/data/packed/hdf5_images.py",
    "colorkeras/data/packed/packed_source.py",
    "colorkeras/data/packed/tfrecord_images.py",
    "colorkeras/data/scenes/buildings.py",
    "colorkeras/data/scenes/canvas.py",
    "colorkeras/data/scenes/cel.py",
    "colorkeras/data/scenes/figure.py",
    "colorkeras/data/scenes/head.py",
    "colorkeras/data/scenes/palette.py",
    "colorkeras/data/scenes/sheet.py",
    "colorkeras/devices/choice.py",
    "colorkeras/devices/rendezvous.py",
    "colorkeras/experiment/folder.py",
    "colorkeras/metrics/image_metrics.py",
    "colorkeras/metrics/protocol.py",
    "data_prep/benchmark.py",
    "data_prep/command.py",
    "data_prep/compare.py",
    "data_prep/download.py",
    "data_prep/film_length.py",
    "data_prep/film_source.py",
    "data_prep/finish.py",
    "data_prep/folder.py",
    "data_prep/lmdb_images.py",
    "data_prep/dataset_files.py",
    "data_prep/output_formats.py",
    "data_prep/preparation.py",
    "data_prep/parallel.py",
    "data_prep/frame_sampling.py",
    "data_prep/sources.py",
    "data_prep/disk_space.py",
    "data_prep/state.py",
    "data_prep/tfds_images.py",
    "data_prep/verify.py",
    "data_prep/video.py",
    "data_prep/worker_process.py",
    "data_prep/zip_images.py",
    "data_prep/zipped_lmdb.py",
}


def annotations_of(function):
    """The types of a function's parameters (but self and cls) and of what it returns."""
    arguments = function.args
    named = arguments.posonlyargs + arguments.args + arguments.kwonlyargs
    parameters = [argument for argument in named if argument.arg not in ("self", "cls")]
    parameters += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [argument.annotation for argument in parameters] + [function.returns]


@pytest.mark.parametrize("module", MODULES)
def test_module_is_annotated_whole_or_not_at_all(module):
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    annotations = [found for function in functions for found in annotations_of(function)]
    is_partly = any(annotations) and not all(annotations)
    assert not is_partly or module in PARTLY_ANNOTATED
