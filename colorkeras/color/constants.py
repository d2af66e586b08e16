"""Constants of color that need no Keras: reading records and painting scenes do not load it."""

GAMUT_MODES = ("clip", "desaturate")  # what `ColorSpace.merge` does with colors outside of sRGB
# Luma weights of red, green and blue, ITU-R BT.601; used by JFIF and every YUV convention here.
BT601_LUMA = (0.299, 0.587, 0.114)
