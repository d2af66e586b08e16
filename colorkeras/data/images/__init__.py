"""One image file: decoded to upright sRGB, or refused with a reason."""
