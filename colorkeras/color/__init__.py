"""Color spaces and the sRGB arithmetic below them."""
