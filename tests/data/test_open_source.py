"""Opening sources: what is loaded for which, and one definition of the splits."""

import subprocess
import sys

from colorkeras.data.splits import SPLITS
from colorkeras.metrics import protocol

LOADED = """
import sys
from colorkeras.config.settings import DataTable
from colorkeras.data.open_source import check_source, open_source
check_source(sys.argv[1])
source = open_source(DataTable(source=sys.argv[1], height=32, width=32, train_images=2))
source.sets["train"].read(0)
print(*(name for name in sys.modules if name.startswith("colorkeras.data")))
"""


def loaded(code, *arguments):
    """The modules of colorkeras.data that a program loads."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_scenes_are_loaded_only_when_asked_for(tmp_path, save_photos):
    save_photos(tmp_path, 3)
    painters = "colorkeras.data.scenes"
    assert painters not in loaded(LOADED, tmp_path)
    assert painters in loaded(LOADED, "scenes:face")


def test_decoding_loads_no_source():
    found = loaded(
        "import sys; import colorkeras.data.images.decode, colorkeras.data.folders.walk;"
        "print(*(name for name in sys.modules if name.startswith('colorkeras.data')))"
    )
    sources = {"folder_source", "index", "packed", "open_source", "pipeline", "scenes"}
    assert not sources & {part for name in found for part in name.split(".")}


def test_splits_are_those_of_the_protocol():
    """The protocol is below the data and names them by itself."""
    assert protocol.CHOICES["split"] == ("all", *SPLITS)
