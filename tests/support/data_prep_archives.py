"""Images and archives that the tests of data_prep make."""

import io
import zipfile

import av
import cv2
import numpy as np
from PIL import Image


def pixels(seed, height=48, width=64):
    """A smooth, colorful (height, width, 3) uint8 image; another one for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def encoded(seed, kind="PNG", **size):
    """Such an image as the bytes of a file."""
    stream = io.BytesIO()
    Image.fromarray(pixels(seed, **size)).save(stream, kind)
    return stream.getvalue()


def write_zip(path, members, compression=zipfile.ZIP_STORED):
    """Write a zip archive of {name: bytes}; names are stored as they are."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def write_film(path, frames, fps=25, codec="mjpeg", pixel_format="yuvj420p", gop=25, **options):
    """Write a film of (height, width, 3) uint8 RGB frames; options are FFmpeg's of the codec."""
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.height, stream.width, stream.pix_fmt = height, width, pixel_format
        stream.codec_context.gop_size, stream.bit_rate = gop, 8_000_000
        stream.options = {name: str(value) for name, value in options.items()}
        for frame in frames:
            image = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
            container.mux(stream.encode(image))
        container.mux(stream.encode())
    return path


def credits_frame(color=(255, 255, 255), ground=(0, 0, 0)):
    """A (144, 256, 3) frame of a film's credits."""
    frame = np.full((144, 256, 3), ground, np.uint8)
    for line, text in enumerate(("DIRECTED BY", "Somebody Else", "MUSIC BY", "Nobody")):
        cv2.putText(frame, text, (30, 30 + 30 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.6, color, 1)
    return frame


def refusal(main, capsys, *argv):
    """Run a command that must fail as a user's mistake does; return its message in one line."""
    assert main([str(argument) for argument in argv]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return " ".join(error.split())
