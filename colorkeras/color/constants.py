"""Constants of color that need no Keras: reading records and painting scenes do not load it."""

GAMUT_MODES = ("clip", "desaturate")  # what `ColorSpace.merge` does with colors outside of sRGB
# Luma weights of red, green and blue, ITU-R BT.601; used by JFIF and every YUV convention here.
BT601_LUMA = (0.299, 0.587, 0.114)
# Luminance weights of linear red, green and blue: the row Y of `srgb`'s matrix of sRGB to XYZ.
SRGB_LUMINANCE = (0.212671, 0.715160, 0.072169)
