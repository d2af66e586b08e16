"""Color spaces: against scikit-image, OpenCV, hand-worked primaries, and their own inverse."""

import cv2
import keras
import numpy as np
import pytest
import skimage.color
import tensorflow as tf

from colorkeras.color.constants import GAMUT_MODES
from colorkeras.color.space import ColorSpace, lab_to_rgb, rgb_to_lab

NAMES = ColorSpace.names()
PURE = np.array(
    [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [128] * 3, [1, 2, 3]],
    np.uint8,
)[None]


def grid() -> np.ndarray:
    """All combinations of 17 levels per channel, as one (17, 289, 3) uint8 image."""
    levels = np.linspace(0, 255, 17).round().astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(17, 289, 3)


def oversaturated(space: ColorSpace, seed: int = 0):
    """Inputs of the whole luminance range with chroma well beyond the sRGB gamut."""
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(*space.input_range, (40, 50, 1)).astype("float32")
    chroma = [rng.uniform(low, high, (40, 50)) for low, high in space.target_range]
    return inputs, np.stack(chroma, -1).astype("float32") * 1.3


def test_lab_of_black_white_primaries_and_greys_equals_scikit_image():
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, -1)
    for image in (PURE, greys, grid()):
        np.testing.assert_allclose(rgb_to_lab(image), skimage.color.rgb2lab(image), atol=1e-3)


def test_float_and_uint8_images_give_the_same_lab():
    np.testing.assert_allclose(rgb_to_lab(grid().astype("float64")), rgb_to_lab(grid()), atol=1e-3)


def test_lab_is_close_to_opencv_float():
    theirs = cv2.cvtColor(grid().astype("float32") / 255, cv2.COLOR_RGB2LAB)
    np.testing.assert_allclose(rgb_to_lab(grid()), theirs, atol=0.5)


def test_lab_to_rgb_equals_scikit_image_inside_the_gamut():
    lab = skimage.color.rgb2lab(grid())
    np.testing.assert_allclose(lab_to_rgb(lab), skimage.color.lab2rgb(lab) * 255, atol=0.01)


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [  # Y = .299 R + .587 G + .114 B; U = .436 (B-Y)/.886; V = .615 (R-Y)/.701, worked by hand.
        ((0, 0, 0), (0, 0, 0)),
        ((255, 255, 255), (1, 0, 0)),
        ((255, 0, 0), (0.299, -0.147138, 0.615)),
        ((0, 255, 0), (0.587, -0.288862, -0.514986)),
        ((0, 0, 255), (0.114, 0.436, -0.100013)),
    ],
)
def test_yuv_primaries_by_hand(rgb, yuv):
    pixel = np.array(rgb, np.uint8).reshape(1, 1, 3)
    y, (u, v) = yuv[0], (yuv[1] / 0.436, yuv[2] / 0.615)
    for name, inputs, targets in (
        ("yuv_tanh", y, (u, v)),
        ("yuv_sigmoid", y, (u / 2 + 0.5, v / 2 + 0.5)),
        ("ycbcr_tanh", 2 * y - 1, (u, v)),  # Cb and Cr are the same differences, scaled to ±1
    ):
        ours = ColorSpace.named(name).split(pixel)
        np.testing.assert_allclose(ours[0].numpy().ravel(), [inputs], atol=3e-6)
        np.testing.assert_allclose(ours[1].numpy().ravel(), targets, atol=3e-6)


def test_published_forms_of_the_conventions():
    r, g, b = np.moveaxis(grid().astype("float64") / 255, -1, 0)
    y = 0.299 * r + 0.587 * g + 0.114 * b
    u, v = 0.492 * (b - y) / (2 * 0.435912) + 0.5, 0.877 * (r - y) / (2 * 0.614777) + 0.5
    ours = ColorSpace.named("yuv_sigmoid").split(grid())[1]
    np.testing.assert_allclose(ours, np.stack([u, v], -1), atol=2e-6)
    cb = (-0.169 * r - 0.331 * g + 0.5 * b) * 255 + 127.5  # COLORGAN's three digits
    ours = ColorSpace.named("ycbcr_tanh").split(grid())[1][..., 0]
    np.testing.assert_allclose(ours, cb / 127.5 - 1, atol=2e-3)
    lab = skimage.color.rgb2lab(grid())
    for name, low, top, chroma, offset in (
        ("lab_pix2pix", -1, 1, 110, 0),
        ("lab_cic", -0.5, 0.5, 110, 0),
        ("lab_wallner", 0, 100, 128, 0),
        ("lab_raw", 0, 100, 1, 0),
        ("lab_sigmoid", 0, 1, 220, 0.5),
    ):
        inputs, targets = ColorSpace.named(name).split(grid())
        expected = low + lab[..., :1] / 100 * (top - low)
        np.testing.assert_allclose(inputs, expected, atol=1e-3 * (top - low) / 100 + 1e-6)
        np.testing.assert_allclose(targets, lab[..., 1:] / chroma + offset, atol=1e-3 / chroma)


@pytest.mark.parametrize("gamut", GAMUT_MODES)
@pytest.mark.parametrize("name", NAMES)
def test_merge_inverts_split(name, gamut):
    space = ColorSpace.named(name)
    back = space.merge(*space.split(grid()), gamut=gamut)
    # Clipping returns within 0.002; desaturating also acts on rounding at the cube's faces (0.02).
    np.testing.assert_allclose(back, grid(), atol=0.01 if gamut == "clip" else 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_ranges_hold_the_whole_cube_tightly(name):
    space = ColorSpace.named(name)
    inputs, targets = (np.asarray(x) for x in space.split(grid()))
    for values, (low, high) in zip(
        (inputs, targets[..., 0], targets[..., 1]),
        (space.input_range, *space.target_range),
        strict=True,
    ):
        slack = (high - low) * 1e-3
        assert low - slack / 100 <= values.min() <= low + slack
        assert high - slack <= values.max() <= high + slack / 100


@pytest.mark.parametrize("name", NAMES)
def test_gray_equals_split_at_every_level(name):
    space = ColorSpace.named(name)
    level = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    inputs, _ = space.split(np.repeat(level, 3, axis=-1))
    np.testing.assert_array_equal(space.gray(level), inputs)


@pytest.mark.parametrize("name", ["yuv_tanh", "lab_pix2pix"])
def test_eager_graph_jit_and_tf_data_agree(name):
    space = ColorSpace.named(name)
    eager = space.split(grid())
    for compiled in (tf.function(space.split), tf.function(space.split, jit_compile=True)):
        for ours, theirs in zip(eager, compiled(tf.constant(grid())), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=5e-6)
    mapped = next(iter(tf.data.Dataset.from_tensors(grid()).map(space.split)))
    for ours, theirs in zip(eager, mapped, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=5e-6)
    for gamut in GAMUT_MODES:
        expected = space.merge(*oversaturated(space), gamut=gamut)
        for jit in (False, True):
            merge = tf.function(space.merge, jit_compile=jit)
            ours = merge(*map(tf.constant, oversaturated(space)), gamut=gamut)
            np.testing.assert_allclose(ours, expected, atol=0.01)


def test_float32_whatever_the_precision_policy():
    space, before = ColorSpace.named("lab_pix2pix"), keras.config.dtype_policy()
    expected = space.split(grid())
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        ours = space.split(grid())
        half = [tf.cast(x, "bfloat16") for x in ours]
        assert keras.backend.standardize_dtype(space.merge(*half).dtype) == "float32"
    finally:
        keras.config.set_dtype_policy(before)
    for a, b in zip(ours, expected, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("gamut", GAMUT_MODES)
@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_finite_at_black_and_white(name, gamut):
    space = ColorSpace.named(name)
    rgb = tf.constant(PURE.astype("float32"))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(rgb)
        inputs, targets = space.split(rgb)
        tape.watch([inputs, targets])
        merged = space.merge(inputs, targets * 2.0, gamut=gamut)
    for output, source in ((targets, rgb), (inputs, rgb), (merged, inputs), (merged, targets)):
        assert np.isfinite(tape.gradient(output, source)).all()


@pytest.mark.parametrize("name", NAMES)
def test_desaturate_keeps_luminance_where_clip_does_not(name):
    space = ColorSpace.named(name)
    inputs, targets = oversaturated(space)
    tolerance = (0.05 / 100 if space.family == "lab" else 1e-3) * np.ptp(space.input_range)
    kept = np.asarray(space.merge(inputs, targets, gamut="desaturate"))
    assert kept.min() >= 0
    assert kept.max() <= 255
    np.testing.assert_allclose(space.split(kept)[0], inputs, atol=tolerance)
    clipped = space.split(space.merge(inputs, targets, gamut="clip"))[0]
    assert np.abs(clipped - inputs).max() > 20 * tolerance


@pytest.mark.parametrize("name", ["yuv_tanh", "lab_pix2pix"])
def test_desaturate_leaves_in_gamut_pixels_unchanged(name):
    space = ColorSpace.named(name)
    inner = grid()[np.logical_and(grid() > 0, grid() < 255).all(-1)][None]
    parts = space.split(inner)
    np.testing.assert_array_equal(
        space.merge(*parts, gamut="desaturate"), space.merge(*parts, gamut="clip")
    )


@pytest.mark.parametrize("name", NAMES)
def test_to_dict_round_trip(name):
    space = ColorSpace.named(name)
    data = space.to_dict()
    assert data["format"] == 1
    assert isinstance(data["target_scale"], list)
    assert ColorSpace.from_dict(data) == space


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "format 2: expected 1"),
        ({"gamma": 2.2}, r"keys .*'gamma'.*: expected"),
        ({"family": "hsv"}, r"'hsv': expected one of \['yuv', 'ycbcr', 'lab'\]"),
        ({"target_scale": [1.0]}, r"target_scale \[1.0\]: expected 2 finite"),
        ({"target_offset": 0.5}, "target_offset 0.5: expected 2 finite"),
        ({"input_offset": "0"}, "input_offset '0': expected 1 finite"),
        ({"input_offset": float("nan")}, "input_offset nan: expected 1 finite"),
        ({"input_scale": 0.0}, "scales not zero"),
    ],
)
def test_from_dict_is_strict(change, message):
    with pytest.raises(ValueError, match=message):
        ColorSpace.from_dict(ColorSpace.named("lab_cic").to_dict() | change)


def test_from_dict_names_missing_keys():
    data = ColorSpace.named("lab_cic").to_dict()
    del data["family"]
    with pytest.raises(ValueError, match=r"expected .*'family'"):
        ColorSpace.from_dict(data)


def test_errors_name_what_was_received_and_expected():
    space = ColorSpace.named("lab_cic")
    with pytest.raises(ValueError, match="Did you mean 'lab_pix2pix'"):
        ColorSpace.named("lab_pixpix")
    with pytest.raises(ValueError, match=r"\(4, 4, 1\): expected a last axis of 3"):
        space.split(np.zeros((4, 4, 1), np.uint8))
    with pytest.raises(ValueError, match="expected a last axis of 1"):
        space.gray(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match="gamut='wrap': expected one of"):
        space.merge(np.zeros((4, 4, 1)), np.zeros((4, 4, 2)), gamut="wrap")
