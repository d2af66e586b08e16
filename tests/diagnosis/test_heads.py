"""The outputs of a saved model at the ends of its activation."""

import numpy as np
import pytest
from sample_runs import write_samples
from saved_models import write_model

from colorkeras.console.errors import UserError
from colorkeras.diagnosis.heads import head_outputs, share_at_ends


def test_share_at_ends():
    """Within 1% of the range from an end: 0.02 of tanh, 0.01 of sigmoid."""
    values = np.array([-1.0, -0.985, -0.97, 0.0, 0.5, 0.985, 1.2, 0.005])
    assert share_at_ends(values, "tanh") == 4 / 8
    assert share_at_ends(np.array([0.0, 0.005, 0.02, 0.5, 0.98, 0.995]), "sigmoid") == 3 / 6


@pytest.mark.parametrize(("bias", "share"), [((8.0, -9.0), 1.0), ((8.0, 0.2), 0.5), ((0, 0), 0.0)])
def test_a_model_that_answers_with_a_constant(bias, share, tmp_path):
    """tanh(8) is 1 - 2e-7; the targets of grey images are 0."""
    write_model(tmp_path / "model.h5", bias=bias)
    write_samples(tmp_path, size=(32, 32))
    found = head_outputs(tmp_path)
    assert (found.layer, found.activation, found.count) == ("chroma", "tanh", 2)
    assert found.share == share
    assert found.share_truth == 0


def test_an_activation_without_ends(tmp_path):
    write_model(tmp_path / "model.h5", activation="linear")
    write_samples(tmp_path, size=(32, 32))
    with pytest.raises(UserError, match="no activation that saturates"):
        head_outputs(tmp_path)


def test_no_images(tmp_path):
    write_model(tmp_path / "model.h5")
    with pytest.raises(UserError, match="no images that can be read"):
        head_outputs(tmp_path)
