"""The embedded images: reproducible, colorful, and ambiguous only where they say so."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from colorkeras.data.scenes import AMBIGUOUS, DOMAINS, NUM_HUES, SPLITS, render, render_expected
from colorkeras.data.scenes.palette import LUMA_WEIGHTS
from colorkeras.data.scenes.sheet import main

SIZE = {"height": 80, "width": 128}


def luma(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float64) @ LUMA_WEIGHTS.astype(np.float64)


def mean_chroma(image: np.ndarray) -> float:
    """Mean CIELAB chroma of an sRGB uint8 image."""
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def gray_psnr(image: np.ndarray) -> float:
    error = image - luma(image)[..., None]
    return float(10 * np.log10(255**2 / np.mean(error**2)))


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("shape", [(32, 32), (160, 256), (256, 112), (33, 190)])
def test_images_have_the_requested_shape(domain, shape):
    height, width = shape
    image = render(domain, index=3, height=height, width=width)
    assert image.shape == (height, width, 3)
    assert image.dtype == np.uint8


@pytest.mark.parametrize("domain", DOMAINS)
def test_same_arguments_give_the_same_bytes_on_any_thread(domain):
    once = [render(domain, index=index, **SIZE) for index in range(8)]
    with ThreadPoolExecutor(4) as pool:
        indices = list(range(8)) * 2
        threaded = list(pool.map(lambda index: render(domain, index=index, **SIZE), indices))
    for index, image in zip(indices, threaded, strict=True):
        np.testing.assert_array_equal(image, once[index])


@pytest.mark.parametrize("domain", DOMAINS)
def test_seeds_splits_and_indices_all_give_different_images(domain):
    images = {
        render(domain, seed=seed, split=split, index=index, **SIZE).tobytes()
        for seed in (0, 1, 2**40)
        for split in SPLITS
        for index in range(4)
    }
    assert len(images) == 3 * len(SPLITS) * 4


@pytest.mark.parametrize("domain", DOMAINS)
def test_luma_does_not_depend_on_the_hue(domain):
    for index in range(12):
        lumas = [luma(render(domain, index=index, hue=hue, **SIZE)) for hue in range(NUM_HUES)]
        assert np.ptp(lumas, axis=0).max() <= 1.0 + 1e-6


@pytest.mark.parametrize("domain", DOMAINS)
def test_hue_changes_the_color_of_a_visible_area(domain):
    areas = []
    for index in range(12):
        first, opposite = (
            render(domain, index=index, hue=hue, **SIZE) for hue in (0, NUM_HUES // 2)
        )
        difference = np.abs(first.astype(int) - opposite).max(axis=2)
        areas.append(np.mean(difference > 40))
    assert np.mean(np.array(areas) > 0.002) >= 0.5


@pytest.mark.parametrize("domain", DOMAINS)
def test_expected_image_is_the_mean_over_the_hues(domain):
    for index in range(6):
        key = {"seed": 5, "split": "val", "index": index, **SIZE}
        expected = render_expected(domain, **key)
        mean = np.mean([render(domain, hue=hue, **key) for hue in range(NUM_HUES)], axis=0)
        assert expected.dtype == np.float32
        assert expected.shape == mean.shape
        np.testing.assert_allclose(expected, mean, atol=0.51)


def test_a_drawn_image_has_the_luma_of_any_hue_and_draws_every_hue():
    drawn = set()
    for index in range(40):
        image = render("face", index=index, height=32, width=32)
        options = [render("face", index=index, hue=k, height=32, width=32) for k in range(NUM_HUES)]
        drawn.add(next(k for k, option in enumerate(options) if np.array_equal(image, option)))
    assert drawn == set(range(NUM_HUES))


@pytest.mark.parametrize("domain", DOMAINS)
def test_images_are_colorful_but_natural(domain):
    images = [render(domain, index=index, **SIZE) for index in range(24)]
    assert 17 < np.mean([mean_chroma(image) for image in images]) < 40
    assert 17 < np.mean([gray_psnr(image) for image in images]) < 24


def test_every_domain_names_its_ambiguous_parts():
    assert set(AMBIGUOUS) == set(DOMAINS)
    assert all(AMBIGUOUS.values())
    assert set(AMBIGUOUS["mixture"]) == {part for parts in AMBIGUOUS.values() for part in parts}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"domain": "portrait"}, r"domain is 'portrait'; expected one of landscape, face"),
        ({"split": "training"}, r"split is 'training'; expected one of train, val, test"),
        ({"index": -1}, r"index is -1; expected an integer of at least 0"),
        ({"index": 1.5}, r"index is 1.5; expected an integer"),
        ({"seed": -3}, r"seed is -3; expected an integer of at least 0"),
        ({"height": 31}, r"height is 31; expected an integer of at least 32"),
        ({"width": 0}, r"width is 0; expected an integer of at least 32"),
        ({"hue": NUM_HUES}, rf"hue is {NUM_HUES}; expected an integer in 0..{NUM_HUES - 1}"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    arguments = {"domain": "landscape", "index": 0, **arguments}
    with pytest.raises(ValueError, match=message):
        render(arguments.pop("domain"), **arguments)


def test_command_writes_a_contact_sheet(tmp_path, monkeypatch):
    sheet = tmp_path / "sheet.png"
    size = ["--rows", "2", "--columns", "3", "--height", "32", "--width", "48"]
    monkeypatch.setattr("sys.argv", ["scenes", *size, "-o", str(sheet)])
    main()
    assert cv2.imread(str(sheet)).shape == (2 * 36, 3 * 52, 3)
