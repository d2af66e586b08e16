"""Checks of the colors: predictions against the truth, the data, the output layer, the domain."""

import math

from colorkeras.diagnosis.facts import Facts, value_of
from colorkeras.diagnosis.finding import Finding, MissingError
from colorkeras.inference.published_models import RENDERED

GREY_RATIO = 0.25
PALE_RATIO = 0.5
VIVID_RATIO = 1.5
# The error of colors drawn at random from those of the data is √2 times that of their mean.
RANDOM_ERROR = math.sqrt(2)
LEAST_CHROMA = 0.25
ONE_COLOR_SPREAD = 0.25
ONE_COLOR_ENTROPY = 0.6
ROUGH = 3.0
CLIPPED = 0.3
VISIBLE = 2.3  # ab units: the just noticeable difference of Mahy, Van Eycken, Oosterlinck, 1994
FAINT = 5.0  # ab units: two such differences, and a quarter of what photographs have on average
GREY_SHARE = 0.2
ONE_COLOR_DATA = 0.4
SATURATED = 0.1


def grey(facts: Facts) -> Finding | None:
    """Whether the predictions are nearly grey."""
    return _weak(facts, 0.0, GREY_RATIO, "nearly grey")


def pale(facts: Facts) -> Finding | None:
    """Whether the predictions are paler than the truth at half of its saturation."""
    return _weak(facts, GREY_RATIO, PALE_RATIO, "pale")


def vivid(facts: Facts) -> Finding | None:
    """Whether the predictions are garish."""
    row = facts.evaluation
    ratio = value_of(row, "colorfulness_ratio")
    if ratio <= VIVID_RATIO:
        return None
    return Finding(
        f"The predictions are garish: {ratio:.2f} times as colorful as the originals ({_of(row)}).",
        "eval.csv, colorfulness_ratio",
        "",  # a symptom is mended by its cause
        {"colorfulness_ratio": ratio},
    )


def one_color(facts: Facts) -> Finding | None:
    """Whether the predictions have one color where the truth has many."""
    model, truth = facts.sampled.model, facts.sampled.truth
    is_colored = model.chroma >= max(LEAST_CHROMA * truth.chroma, VISIBLE)
    spread, entropy = model.deviation / max(truth.deviation, 1e-9), model.hue_entropy
    is_one = spread < ONE_COLOR_SPREAD or entropy < ONE_COLOR_ENTROPY * truth.hue_entropy
    if not (is_colored and is_one):
        return None
    return Finding(
        f"The predictions have nearly one color: their chroma deviates by {model.deviation:.1f} ab "
        f"units and their hues have {entropy:.2f} bits, the originals {truth.deviation:.1f} and "
        f"{truth.hue_entropy:.2f} ({facts.sampled.images}).",
        facts.sampled.file,
        "",  # a symptom is mended by its cause
        {"deviation": spread, "hue_entropy": entropy, "hue_entropy_truth": truth.hue_entropy},
    )


def noise(facts: Facts) -> Finding | None:
    """Whether neighboring pixels differ more in color than those of the truth."""
    model, truth = facts.sampled.model.roughness, facts.sampled.truth.roughness
    if not model > max(ROUGH * truth, 1.0):
        return None
    return Finding(
        f"The colors are noise: neighboring pixels differ by {model:.1f} ab units, those of the "
        f"originals by {truth:.1f} ({facts.sampled.images}).",
        facts.sampled.file,
        "",  # a symptom is mended by its cause
        {"roughness": model, "roughness_truth": truth},
    )


def worse_than_random(facts: Facts) -> Finding | None:
    """Whether colors drawn at random from the data would have a lower error."""
    row, without = facts.evaluation, facts.baseline("grey")
    error, of_grey = value_of(row, "chroma_rmse"), value_of(without, "chroma_rmse")
    if of_grey * math.sqrt(2) < VISIBLE:
        raise MissingError("the originals have no colors to compare with")
    if error <= RANDOM_ERROR * of_grey:
        return None
    return Finding(
        f"The colors are worse than random ones: their error is {error:.1f} ab units, that of grey "
        f"{of_grey:.1f}, and that of colors drawn at random from the originals about "
        f"{RANDOM_ERROR * of_grey:.1f} ({_of(row)}).",
        "eval.csv, chroma_rmse",
        "",  # a symptom is mended by its cause
        {"chroma_rmse": error, "chroma_rmse_grey": of_grey},
    )


def clipped(facts: Facts) -> Finding | None:
    """Whether the outputs lie outside of what sRGB can show."""
    model, truth = facts.sampled.model.clipped, facts.sampled.truth.clipped
    if model - truth <= CLIPPED:
        return None
    return Finding(
        f"{model:.0%} of the predicted pixels have a channel at 0 or 255, {truth:.0%} of the "
        "original ones: the outputs lie far outside of real colors, as those of a saturated output "
        "layer do.",
        facts.sampled.file,
        "Lower the learning rate and train anew; --model looks at the outputs themselves.",
        {"clipped": model, "clipped_truth": truth},
    )


def saturated_head(facts: Facts) -> Finding | None:
    """Whether the output layer is at the ends of its activation, where gradients vanish."""
    head = facts.head
    if head is None:
        raise MissingError("needs the outputs of the model: add --model")
    if head.share - head.share_truth <= SATURATED:
        return None
    return Finding(
        f"{head.share:.0%} of the outputs are at the ends of the {head.activation} of layer "
        f"{head.layer}, {head.share_truth:.0%} of the targets: its gradient there is next to "
        f"nothing ({head.count} images).",
        f"model.h5, {head.layer}",
        "Start a new run with a lower learning rate: a saturated layer hardly recovers.",
        {"share": head.share, "share_truth": head.share_truth},
    )


def grey_data(facts: Facts) -> Finding | None:
    """Whether many originals have no color."""
    rows = [row for row in facts.image_rows if row.get("method") == "grey"]
    values = [value_of(row, "chroma_rmse") * math.sqrt(2) for row in rows]
    if values:
        share, file = sum(value < FAINT for value in values) / len(values), "eval_images.csv"
        what = f"{share:.0%} of the {len(values)} test images have"
    else:
        mean = value_of(facts.baseline("grey"), "chroma_rmse") * math.sqrt(2)
        share, file, what = float(mean < FAINT), "eval.csv", "The evaluated images have"
    if share <= GREY_SHARE:
        return None
    return Finding(
        f"{what} next to no color (less than {FAINT:g} ab units from grey): the model learns "
        "that grey is right.",
        f"{file}, chroma_rmse of method grey",
        "Take images without color out of the data, and train anew.",
        {"share": share},
    )


def one_color_data(facts: Facts) -> Finding | None:
    """Whether the data have one color."""
    mean, without = facts.baseline("mean_chroma"), facts.baseline("grey")
    error, of_grey = value_of(mean, "chroma_rmse"), value_of(without, "chroma_rmse")
    if of_grey * math.sqrt(2) < VISIBLE or error >= ONE_COLOR_DATA * of_grey:
        return None
    return Finding(
        f"The originals have nearly one color: painting all of them in the mean color of the "
        f"training images has an error of {error:.1f} ab units, grey {of_grey:.1f} "
        f"({_of(mean)}).",
        "eval.csv, chroma_rmse of methods mean_chroma and grey",
        "Look at the training images: toned scans or one scene teach no other colors.",
        {"chroma_rmse_mean_chroma": error, "chroma_rmse_grey": of_grey},
    )


def domain(facts: Facts) -> Finding | None:
    """Whether a model of rendered scenes was measured on photographs, or the reverse."""
    model = facts.info.get("model")
    trained = _source(model.get("data") if isinstance(model, dict) else facts.info.get("data"))
    measured = _source(facts.info.get("data"))
    if not trained or not measured:
        raise MissingError("run.json does not name the data")
    if trained.startswith(RENDERED) == measured.startswith(RENDERED):
        return None
    return Finding(
        f"The model was trained on {trained} and measured on {measured}: rendered scenes and "
        "photographs have other colors.",
        "run.json, model.data.source and data.source",
        "Measure it on what it was trained for, or train on images such as these: --data FOLDER.",
    )


def _weak(facts: Facts, low: float, high: float, word: str) -> Finding | None:
    row = facts.evaluation
    ratio = value_of(row, "colorfulness_ratio")
    if not low <= ratio < high:
        return None
    return Finding(
        f"The predictions are {word}: {ratio:.2f} times as colorful as the originals ({_of(row)}).",
        "eval.csv, colorfulness_ratio",
        "",  # a symptom is mended by its cause
        {"colorfulness_ratio": ratio},
    )


def _source(data: object) -> str:
    found = data.get("source") if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""


def _of(row: dict) -> str:
    return f"{row.get('split')} at step {row.get('step')}"
