"""The memory of `colorize` on images of up to 178 megapixels, of every kind."""

import os
import subprocess
import sys

import odd_images
import pytest
from saved_models import write_model

MOST = 1.5e9  # bytes


def colorize(tmp_path):
    """Colorize the folder `in`; (exit code, bytes at the peak, printed, errors)."""
    command = [sys.executable, "-m", "colorkeras.colorize", write_model(tmp_path / "model.h5")]
    command += [str(tmp_path / "in"), "-o", str(tmp_path / "out")]
    with open(tmp_path / "out.txt", "w") as out, open(tmp_path / "err.txt", "w") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    texts = [(tmp_path / name).read_text() for name in ("out.txt", "err.txt")]
    return process.returncode, usage.ru_maxrss * 1024, *texts


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
    done = len(list((tmp_path / "out").iterdir()))
    assert len(names) >= 13
    assert f"{done} colorized, {len(skipped)} skipped" in printed
    assert done + len(skipped) == len(names)
    for name in ("cut.png", "empty.jpg", "liar.png", "text.jpg"):
        assert any(f"{name}: " in line for line in skipped)
    assert peak < MOST
