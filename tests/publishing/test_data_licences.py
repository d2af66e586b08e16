"""Where the images of a table are from; counting them is part of test_publication."""

import pytest

from colorkeras.publishing.data_licences import source_of


@pytest.mark.parametrize(
    ("row", "source"),
    [
        ({"file": "a/1.jpg", "source": "Flickr/flowers"}, "Flickr/flowers"),
        ({"path": "train/00/1-0a.png", "source": "flowers/1.jpg"}, "flowers"),
        ({"path": "train/00/1-0a.png", "source": "1.jpg"}, "1.jpg"),
        ({"file": "a/1.jpg"}, ""),
    ],
)
def test_source_of_an_image(row, source):
    assert source_of(row) == source
