"""Write photographs as PNG, JPEG, TIFF or WebP."""
