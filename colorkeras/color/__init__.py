"""Color spaces, and the conversions of sRGB below them."""
