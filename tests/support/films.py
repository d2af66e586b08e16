"""Tiny films, rendered with PyAV, and what is in them."""

import struct
from fractions import Fraction

import av
import cv2
import numpy as np

SIZE = (48, 64)


def picture(number, scene=0, size=SIZE, top=255):
    """Luma of a frame: (height, width), a pattern of the scene's own that moves; both ends."""
    height, width = size
    coarse = np.random.default_rng(scene).random((height // 8 + 2, width // 8 + 6))
    smooth = cv2.resize(coarse, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    place = abs((number + 24) % 48 - 24)
    luma = (0.1 + 0.8 * smooth[:height, place : place + width]) * top
    luma[0], luma[-1] = 0, top
    return np.clip(np.rint(luma), 0, top).astype(np.uint8 if top == 255 else np.uint16)


def write_film(
    path,
    frames=10,
    form="yuv420p",
    codec="ffv1",
    size=SIZE,
    scenes=1,
    sound="",
    subtitles="",
    pts=None,
    time_base=None,
    rate=10,
    words=(),
    chapters=(),
    turned=None,
    shape=None,
    interlaced=False,
    cover=False,
    options=None,
    tags=None,
):
    """Write a film of `frames` frames in `scenes` scenes of equal length; return its path.

    Args:
        path: of the file.
        form, codec, options: of its video.
        sound, subtitles: codecs; "" for none.
        pts: of the frames, in `time_base`; None for equal distances.
        words: metadata. chapters: (start, end, title) in seconds.
        turned: the degrees of its display matrix. shape: of a pixel. tags: of its color.
    """
    bits = next((int(b) for b in ("16", "14", "12", "10") if b in form[-4:]), 8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = size[1], size[0], form
        context = stream.codec_context
        stream.time_base = context.time_base = time_base or Fraction(1, rate)
        if shape:
            context.sample_aspect_ratio = shape
        _tag(context, tags)
        if interlaced:
            context.flags |= av.codec.context.Flags.interlaced_dct
        if turned is not None:
            stream.set_display_rotation(turned)
        others = _others(container, sound, subtitles, cover)
        container.metadata.update(words)
        container.set_chapters([_chapter(n, *found) for n, found in enumerate(chapters)])
        for number in range(frames):
            luma = picture(number, number * scenes // frames, size, 2**bits - 1)
            frame = _frame(luma, form)
            frame.pts = number if pts is None else pts[number]
            frame.time_base = context.time_base
            _tag(frame, tags)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for stream, packets in others:
            for packet in packets(stream, frames / rate):
                container.mux(packet)
    return path


def _tag(target, tags):
    for name, value in (tags or {}).items():
        setattr(target, name, value)


def _frame(luma, form):
    if form.startswith(("gray", "yuv")):
        frame = av.VideoFrame(luma.shape[1], luma.shape[0], form)
        for number, plane in enumerate(frame.planes):
            samples = np.frombuffer(plane, luma.dtype).reshape(-1, plane.line_size // luma.itemsize)
            if number:
                samples[:] = 1 << (luma.itemsize * 8 - 1 if luma.itemsize == 1 else 9)
            else:
                samples[: luma.shape[0], : luma.shape[1]] = luma
        return frame
    grey = np.repeat(luma[..., np.newaxis], 3, axis=2)
    return av.VideoFrame.from_ndarray(grey, "rgb24").reformat(format=form)


def _others(container, sound, subtitles, cover):
    others = []
    if sound:
        stream = container.add_stream(sound, rate=8000, layout="mono")
        stream.metadata["language"] = "deu"
        others.append((stream, _sound))
    if subtitles:
        others.append((container.add_mux_stream(subtitles), _subtitles))
    if cover:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 8, 8, "rgb24"
        stream.disposition = av.stream.Disposition.attached_pic
        others.append((stream, _cover))
    return others


def _sound(stream, seconds):
    count, done = stream.codec_context.frame_size or 800, 0
    form = stream.codec_context.format.name
    while done < seconds * 8000:
        wave = np.sin(np.arange(done, done + count) / 5)[np.newaxis]
        kind = np.float32 if "flt" in form else np.int16
        samples = (wave if kind is np.float32 else wave * 9000).astype(kind)
        frame = av.AudioFrame.from_ndarray(samples, format=form, layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, done, Fraction(1, 8000)
        yield from stream.encode(frame)
        done += count
    yield from stream.encode(None)


def _subtitles(stream, seconds):
    text = b"hello"
    is_mp4 = "mp4" in stream.container.format.name
    packet = av.Packet(struct.pack(">H", len(text)) + text if is_mp4 else text)
    packet.stream, packet.time_base = stream, Fraction(1, 1000)
    packet.pts = packet.dts = 200
    packet.duration = 300
    yield packet


def _cover(stream, seconds):
    frame = av.VideoFrame.from_ndarray(np.full((8, 8, 3), 99, np.uint8), "rgb24")
    yield from stream.encode(frame)
    yield from stream.encode(None)


def _chapter(number, start, end, title):
    units = Fraction(1, 1000)
    return {
        "id": number, "start": round(start * 1000), "end": round(end * 1000), "time_base": units,
        "metadata": {"title": title},
    }  # fmt: skip


def read_film(path):
    """What is in a film, as PyAV reads it: a dict of frames' (pts, planes) and the rest."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        found = {
            "frames": frames,
            "luma": [_plane(frame, 0) for frame in frames],
            "times": [frame.pts * frame.time_base for frame in frames],
            "shape": stream.sample_aspect_ratio,
            "rate": stream.average_rate,
            "words": dict(container.metadata),
            "chapters": [
                (c["start"] * c["time_base"], c["end"] * c["time_base"], c["metadata"]["title"])
                for c in container.chapters()
            ],
            "codec": stream.codec_context.codec.canonical_name,
            "form": stream.codec_context.pix_fmt,
            "rotation": frames[0].rotation if frames else 0,
            "kinds": [other.type for other in container.streams],
            "languages": [other.metadata.get("language") for other in container.streams.audio],
        }
    with av.open(str(path)) as container:
        found["copied"] = [
            (packet.stream.type, packet.pts * packet.time_base, bytes(packet))
            for packet in container.demux()
            if packet.size and packet.stream.type in ("audio", "subtitle")
        ]
    return found


def _plane(frame, number):
    plane, deep = frame.planes[number], frame.format.components[0].bits > 8
    samples = np.frombuffer(plane, np.uint16 if deep else np.uint8)
    return samples.reshape(-1, plane.line_size // (2 if deep else 1))[
        : plane.height, : plane.width
    ].copy()


def chroma(frame):
    """The two color planes of a frame."""
    return _plane(frame, 1), _plane(frame, 2)
