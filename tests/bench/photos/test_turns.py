"""Parts are measured in turn, and the best of each quantity counts."""

import time

from colorkeras.bench.photos.turns import CPU_SECONDS, SECONDS, best_in_turn, timed


def test_best_of_rounds_in_turn():
    order, reports = [], []

    def part(name, *results):
        left = iter(results)

        def measure():
            order.append(name)
            return next(left)

        return measure

    parts = {
        "ours": part("ours", {"s": 3.0, "MiB": 7.0}, {"s": 2.0, "MiB": 8.0}),
        "rival": part("rival", {"s": 1.0}, {"s": 4.0}),
    }
    found = best_in_turn(parts, 2, reports.append)
    assert found == {"ours": {"s": 2.0, "MiB": 7.0}, "rival": {"s": 1.0}}
    assert order == ["ours", "rival"] * 2
    assert reports[0] == "round 1 of 2, ours: 3 s, 7 MiB"
    assert len(reports) == 4


def test_waiting_takes_no_time_of_the_processor():
    found = timed(lambda: time.sleep(0.2))
    assert found[SECONDS] > 0.19
    assert found[CPU_SECONDS] < found[SECONDS]
