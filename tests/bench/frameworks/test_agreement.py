"""When PyTorch's results count as Keras's."""

import math

import pytest

from colorkeras.bench.frameworks.agreement import report_agreement

CLOSE = {
    "color": 1e-6,
    "losses": 1e-5,
    "forward": {"generator": [1e-5, 2.0, 0.3]},
    "gradients": {"generator": 0.01},
}


def test_close(capsys):
    assert report_agreement("tiny", CLOSE)
    assert capsys.readouterr().out == (
        "tiny: colors 1.0e-06; generator: prediction 1.0e-05 (deviation 0.3, at most 2), gradient "
        "1.0000 %; losses 0.0010 %\n"
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"color": 2e-3},
        {"losses": math.nan},
        {"forward": {"generator": [3e-3, 2.0, 0.3]}},
        {"gradients": {"generator": 0.06}},
    ],
)
def test_too_far_apart(changed, capsys):
    assert not report_agreement("tiny", {**CLOSE, **changed})
    assert capsys.readouterr().out.endswith(": TOO FAR APART\n")
