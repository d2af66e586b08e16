"""What a photograph says beside its pixels: Exif, XMP, IPTC, texts, resolution."""
