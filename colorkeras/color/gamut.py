"""The names of the gamut rules, apart from `srgb`, so that reading them needs no Keras."""

GAMUT_MODES = ("clip", "desaturate")
