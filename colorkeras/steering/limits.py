"""How many hints there may be, how large, and at which size colors are spread."""

MOST_SIDE = 512  # pixels of the photograph's longer side, at which colors are spread
RADIUS = 0.008  # of a hint without one, as a share of the photograph's longer side
MOST_RADIUS = 0.125  # share of the longer side
MOST_HINTS = 1_000_000
MOST_BYTES = 100_000_000  # of a CSV file


def small_size(height: int, width: int) -> tuple[int, int]:
    """(height, width) of a photograph reduced to at most `MOST_SIDE` pixels a side."""
    scale = min(1.0, MOST_SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))
