"""A short film of a moving pattern."""

import av
import numpy as np
from tiny_experiment import make_image


def write_film(path, frames=6, size=(48, 32)):
    """Write a film of grey frames, width × height; return its path."""
    width, height = size
    wide = np.tile(make_image(5, height, width)[..., 1], (1, 2))
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=10, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            grey = np.roll(wide, number, axis=1)[:, :width]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(grey), format="gray")
            film.mux(stream.encode(frame.reformat(format="yuv420p")))
        film.mux(stream.encode())
    return path
