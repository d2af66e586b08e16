"""The color profile that results have."""

import io
import struct

import numpy as np
from PIL import Image, ImageCms

from colorkeras.photos.metadata.embedding import srgb_profile


def test_the_profile_is_srgb():
    data = srgb_profile()
    assert len(data) == struct.unpack_from(">I", data)[0] < 600
    profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
    assert ImageCms.getProfileDescription(profile).strip() == "sRGB"
    transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    shown = np.asarray(transform.apply(Image.fromarray(pixels)))
    assert np.abs(shown.astype(int) - pixels).max() <= 1


def test_it_is_always_the_same():
    assert srgb_profile() is srgb_profile()
    assert not any(srgb_profile()[24:36])  # without a time
