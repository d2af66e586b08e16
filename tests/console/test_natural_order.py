"""Names in the order that people expect."""

import unicodedata

import pytest

from colorkeras.console.natural_order import natural_key


@pytest.mark.parametrize(
    "names",
    [
        ["photo 2", "photo 10", "photo 11a"],
        ["a", "B", "c"],
        ["IMG_0009.jpg", "IMG_10.jpg", "img_011.jpg"],
        ["1910", "1910-2", "a"],
        ["", "0", "00", "1", "9" * 5000, "x"],
        ["A", "a"],
    ],
)
def test_order(names):
    mixed = names[::-1]
    assert sorted(mixed, key=natural_key) == names


def test_forms_of_a_letter_are_the_same():
    forms = [unicodedata.normalize(form, "Größe") for form in ("NFC", "NFD")]
    assert natural_key(forms[0]) == natural_key(forms[1])
