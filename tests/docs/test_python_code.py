"""The Python code of the documentation runs as it stands, page by page."""

import numpy as np
import pytest
from films import write_film
from markdown_pages import REPOSITORY, all_pages
from PIL import Image
from saved_models import write_model

CODE = {
    str(page.path.relative_to(REPOSITORY)): [
        code for language, code in page.fenced() if language == "python"
    ]
    for page in all_pages()
}
PAGES = [name for name, blocks in CODE.items() if blocks]


def test_pages_with_python_are_found():
    assert {"README.md", "docs/python.md", "docs/models.md"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_python_code(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gray = np.arange(40 * 60, dtype=np.uint8).reshape(40, 60)
    write_model(tmp_path / "model.h5")
    Image.fromarray(gray).save("photo.png")
    if page == "docs/films.md":
        write_film("film.mp4", 3, codec="libx264")
    names = {"gray": gray}
    for code in CODE[page]:
        exec(compile(code, page, "exec"), names)
    if "rgb" in names:
        assert names["rgb"].shape == (40, 60, 3)
        assert names["rgb"].dtype == np.uint8
