"""How colored frames are compressed: the encoder and its settings, and frames as it takes them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.films.facts import FULL_RANGE, FilmFacts

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
_RATES = {"high": "16", "small": "23"}  # x264's and x265's constant rate factors
_LIMITED_RANGE = 1  # FFmpeg's AVCOL_RANGE_MPEG
_LONGEST_SEEK = 250  # frames between those that decoding can begin with


@dataclass(frozen=True)
class Encoding:
    """How a film's frames are compressed.

    Attributes:
        codec: FFmpeg's name of the encoder.
        form: the pixel format.
        bits: of its samples.
        halved: whether color planes have half the rows and columns of luma.
        options: of the encoder.
        notes: what the user should be told.
    """

    codec: str
    form: str
    bits: int
    halved: bool
    options: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()

    @property
    def stream_codec(self) -> str:
        """FFmpeg's name of what the encoder makes."""
        return {"libx264": "h264", "libx265": "hevc"}.get(self.codec, self.codec)

    @staticmethod
    def of(facts: FilmFacts, name: str, out: Path) -> "Encoding":
        """The encoding for a film.

        Args:
            facts: of the film.
            name: one of `arguments.ENCODINGS`.
            out: the result, whose extension is one of `CONTAINERS`.

        Raises:
            UserError: when this kind of file cannot hold it.
        """
        halved = facts.width % 2 == 0 and facts.height % 2 == 0
        notes = []
        if not halved:
            size = f"{facts.width}x{facts.height}"
            notes.append(
                f"{size} has an odd side: colors are stored at full size (4:4:4), which not every "
                "player shows"
            )
        lossless, bits = name == "lossless", facts.bits
        if bits <= 10:
            codec = "libx264"
            options = {"qp": "0"} if lossless else {"crf": _RATES[name]}
            options |= {"preset": "medium", "g": str(_LONGEST_SEEK)}
        elif lossless:
            if CONTAINERS[out.suffix.lower()] != "matroska":
                raise UserError(
                    f"{out}: --encoding lossless of {bits} bits needs a name that ends in .mkv."
                )
            codec, options = "ffv1", {"level": "3", "slices": "4", "slicecrc": "1"}
        else:
            codec, options = "libx265", {"crf": _RATES[name], "preset": "medium"}
            options["x265-params"] = f"log-level=error:keyint={_LONGEST_SEEK}:open-gop=0"
            if bits > 12:
                notes.append(f"luma of {bits} bits is rounded to 12; --encoding lossless keeps it")
            bits = 12
        form = f"yuv{'420' if halved else '444'}p" + ("" if bits == 8 else f"{bits}le")
        return Encoding(codec, form, bits, halved, tuple(options.items()), tuple(notes))


def add_video(container: Any, facts: FilmFacts, encoding: Encoding) -> Any:
    """Add a stream with the encoder to an output container; parts of one film get equal ones.

    Args:
        container: of PyAV, opened for writing.
        facts: of the film.
        encoding: its `Encoding`.
    """
    stream = container.add_stream(
        encoding.codec, rate=facts.rate, options=dict(encoding.options),
        width=facts.width, height=facts.height, pix_fmt=encoding.form,
    )  # fmt: skip
    context = stream.codec_context
    context.time_base = 1 / facts.rate
    context.sample_aspect_ratio = stream.sample_aspect_ratio = facts.shape
    context.color_range = FULL_RANGE if facts.full_range else _LIMITED_RANGE
    context.colorspace, context.color_primaries = facts.matrix, facts.primaries
    context.color_trc = facts.transfer
    return stream


class FrameMaker:
    """Makes frames that the encoder takes of the planes.

    Args:
        facts: of the film.
        encoding: its `Encoding`.
    """

    def __init__(self, facts: FilmFacts, encoding: Encoding) -> None:
        self._facts, self._encoding = facts, encoding

    def frame(self, luma: np.ndarray, blue: np.ndarray, red: np.ndarray) -> Any:
        """A frame of luma, (height, width) with the film's bits, and its two color planes."""
        import av

        facts, encoding = self._facts, self._encoding
        frame: Any = av.VideoFrame(facts.width, facts.height, encoding.form)
        frame.colorspace = facts.matrix
        frame.color_range = FULL_RANGE if facts.full_range else _LIMITED_RANGE
        for plane, samples in zip(frame.planes, (self._luma(luma), blue, red), strict=True):
            rows = np.frombuffer(plane, samples.dtype)
            rows = rows.reshape(-1, plane.line_size // samples.itemsize)
            rows[: samples.shape[0], : samples.shape[1]] = samples
        return frame

    def _luma(self, luma: np.ndarray) -> np.ndarray:
        """Luma with the encoding's bits, which are never more than the film's."""
        surplus = self._facts.bits - self._encoding.bits
        if not surplus:
            return luma
        half, largest = 1 << (surplus - 1), (1 << self._encoding.bits) - 1
        return np.minimum((luma.astype(np.uint32) + half) >> surplus, largest).astype(np.uint16)
