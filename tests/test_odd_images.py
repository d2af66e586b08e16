"""The memory of `colorize` on images of up to 178 megapixels, of every kind."""

import json
import subprocess
import sys

import odd_images
import pytest
from saved_models import write_model

MOST = 1.5e9  # bytes


# A process begins with its parent's peak memory, which here may be that of other tests.
MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps([done.returncode, peak, done.stdout, done.stderr]))
"""


def colorize(tmp_path):
    """Colorize the folder `in`; (exit code, bytes at the peak, printed, errors)."""
    command = [sys.executable, "-m", "colorkeras.colorize", write_model(tmp_path / "model.h5")]
    command += [str(tmp_path / "in"), "-o", str(tmp_path / "out")]
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(measured.stdout)


@pytest.mark.slow
def test_odd_images_are_colorized_or_named_in_little_memory(tmp_path):
    """The heaviest and the broken ones; `tests/support/odd_images.py FOLDER` makes all 125."""
    # In a process of its own: what ours takes at its peak would count as that of our children.
    script = [sys.executable, odd_images.__file__, str(tmp_path / "in")]
    subprocess.run([*script, "--large", "4", "--count", "0"], check=True)
    names = sorted(path.name for path in (tmp_path / "in").iterdir())
    code, peak, printed, errors = colorize(tmp_path)
    assert code == 1
    assert "Traceback" not in errors
    skipped = [line for line in errors.splitlines() if line.startswith("skipped ")]
    done = sum(path.name != "colorize.csv" for path in (tmp_path / "out").iterdir())
    assert len(names) >= 13
    assert f"{done} colorized, {len(skipped)} skipped" in printed
    assert done + len(skipped) == len(names)
    for name in ("cut.png", "empty.jpg", "liar.png", "text.jpg"):
        assert any(f"{name}: " in line for line in skipped)
    assert peak < MOST
