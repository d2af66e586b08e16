from colorkeras.console.counted import counted


def test_one_and_several():
    assert [counted(n, "run") for n in (0, 1, 2, 2000)] == [
        "0 runs",
        "1 run",
        "2 runs",
        "2,000 runs",
    ]
