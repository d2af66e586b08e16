"""Time stamps of compressed frames from several places, by hand."""

from dataclasses import dataclass

from colorkeras.films.segments import delay_of, timed_packets


@dataclass
class Given:
    pts: list
    order: list

    @property
    def frames(self):
        return len(self.pts)

    def times(self):
        return self.pts, self.order

    def packets(self):
        return ((bytes([number]), place == 0) for place, number in enumerate(self.order))


def test_delay():
    assert delay_of([0, 1, 2]) == 0
    assert delay_of([0, 3, 1, 2]) == 1
    assert delay_of([0, 4, 2, 1, 3]) == 2


def test_without_frames_that_wait():
    found = list(timed_packets([Given([5, 9], [0, 1]), Given([20], [0])]))
    assert found == [(b"\0", True, 5, 5), (b"\1", False, 9, 9), (b"\0", True, 20, 20)]


def test_with_frames_that_wait():
    first, second = Given([0, 10, 25, 30], [0, 3, 1, 2]), Given([31, 70], [0, 1])
    found = list(timed_packets([first, second]))
    assert [pts for *_, pts, _ in found] == [0, 30, 10, 25, 31, 70]
    assert [dts for *_, dts in found] == [-10, 0, 10, 25, 30, 31]
    assert all(dts <= pts for *_, pts, dts in found)
