"""The facts of a healthy run, and of runs that have one fault each, for the tests of diagnosis."""

from dataclasses import replace

from colorkeras.diagnosis.facts import Facts
from colorkeras.diagnosis.heads import HeadOutputs
from colorkeras.diagnosis.sample_colors import Colors, SampleColors

TRUTH = Colors(25.0, 28.0, 24.0, 4.0, 2.0, 0.02)
SAMPLES = SampleColors(Colors(20.0, 24.0, 20.0, 4.0, 2.5, 0.03), TRUTH, 5, "samples/test")
HEAD = HeadOutputs("chroma", "tanh", 0.02, 0.0, 5)


def train_rows(rate=0.0002, objective="colorizer", **terms):
    """One row per epoch of 100 steps; `terms` gives the values of each term by epoch."""
    rates = list(rate) if isinstance(rate, tuple) else [rate] * len(next(iter(terms.values())))
    names = objective if isinstance(objective, tuple) else (objective,)
    return [
        {
            "step": 100 * epoch,
            "epoch": epoch,
            "images": 800 * epoch,
            **{f"learning_rate_{name}": rates[epoch - 1] for name in names},
            **{name: values[epoch - 1] for name, values in terms.items()},
        }
        for epoch in range(1, len(rates) + 1)
    ]


def eval_row(method="model", step=400, split="test", **metrics):
    """A row of eval.csv."""
    return {"step": step, "epoch": step // 100, "split": split, "method": method, **metrics}


def evaluated(ratio=0.8, error=12.0, grey=18.0, mean_chroma=17.0):
    """The rows of a test."""
    return [
        eval_row(colorfulness_ratio=ratio, chroma_rmse=error),
        eval_row("grey", colorfulness_ratio=0.001, chroma_rmse=grey),
        eval_row("mean_chroma", colorfulness_ratio=0.2, chroma_rmse=mean_chroma),
    ]


def config(optimizer="adam", rate=0.0002, *names):
    """The tables of config.toml."""
    table = {"name": optimizer, "learning_rate": rate}
    tables = dict.fromkeys(names or ("colorizer",), table)
    return {"train": {"epochs": 4}, "data": {"height": 8, "width": 8}, "optimizer": tables}


def images(*errors):
    """The rows of eval_images.csv: the error of grey for each image."""
    return [{"method": "grey", "image": str(n), "chroma_rmse": e} for n, e in enumerate(errors)]


HEALTHY = Facts(
    info={"kind": "training", "status": "finished", "data": {"source": "photos"}},
    config=config(),
    train_rows=train_rows(loss_huber=(0.05, 0.03, 0.025, 0.0248)),
    eval_rows=evaluated(),
    image_rows=images(12.0, 20.0, 25.0),
    colors=SAMPLES,
    head=HEAD,
)
GAN = ("discriminator", "generator")
BALANCED = {"loss_D_fake": (0.6, 0.5, 0.5, 0.5), "loss_D_real": (0.6, 0.5, 0.5, 0.5)}
ADVERSARIAL = {"loss_G_GAN": (1.0, 1.2, 1.2, 1.2), "loss_G_L1": (14.0, 11.0, 10.0, 9.9)}
HEALTHY_GAN = replace(
    HEALTHY,
    config=config("adam", 0.0002, *GAN),
    train_rows=train_rows(objective=GAN, **BALANCED, **ADVERSARIAL),
)


def sampled(**changes):
    """The healthy run with other predictions in its samples."""
    model = replace(SAMPLES.model, **changes)
    return replace(HEALTHY, colors=replace(SAMPLES, model=model))


def gan(**terms):
    """The healthy GAN with other loss terms; None leaves one out."""
    found = {**BALANCED, **ADVERSARIAL, **terms}
    found = {name: values for name, values in found.items() if values is not None}
    return replace(HEALTHY_GAN, train_rows=train_rows(objective=GAN, **found))


def training(rate=0.0002, optimizer="adam", base=None, **terms):
    """The healthy run with other rates and losses."""
    highest = max(rate) if isinstance(rate, tuple) else rate
    terms = terms or {"loss_huber": (0.05, 0.03, 0.025, 0.0248)}
    tables = config(optimizer, highest if base is None else base)
    return replace(HEALTHY, config=tables, train_rows=train_rows(rate, **terms))


BAD = evaluated(error=40.0)  # worse than random, which is √2 · 18 = 25.5
NAN_ROWS = train_rows(loss_huber=(0.05, float("nan"), 0.03, 0.0299))

# By name of the check: facts with this fault, and what else must be found beside it.
FAULTS = {
    "grey": (replace(HEALTHY, eval_rows=evaluated(ratio=0.1)), ()),
    "pale": (replace(HEALTHY, eval_rows=evaluated(ratio=0.4)), ()),
    "one_color": (sampled(deviation=5.0), ()),
    "noise": (sampled(roughness=7.0), ()),
    "garish": (replace(HEALTHY, eval_rows=evaluated(ratio=1.9)), ()),
    "worse_than_random": (replace(HEALTHY, eval_rows=BAD), ()),
    "clipped": (sampled(clipped=0.5), ()),
    "not_finite": (
        replace(
            HEALTHY,
            info={**HEALTHY.info, "reason": "DivergedError: loss_huber became nan at step 7: tr"},
        ),
        (),
    ),
    "loss_risen": (training(loss_huber=(0.05, 0.01, 0.03, 0.04)), ()),
    "loss_flat": (training(loss_huber=(0.05, 0.0501, 0.0499, 0.05)), ()),
    "learning_rate_high": (
        replace(training(0.05), eval_rows=BAD),
        ("worse_than_random",),
    ),
    "learning_rate_small": (training(1e-6), ()),
    "learning_rate_faded": (training((0.001, 1e-6, 1e-6, 1e-6)), ()),
    "term_dominates": (gan(loss_G_L1=(0.01, 0.008, 0.007, 0.0069)), ()),
    "discriminator_won": (
        gan(loss_D_fake=(0.5, 0.2, 0.02, 0.01), loss_D_real=(0.5, 0.1, 0.01, 0.02)),
        (),
    ),
    "discriminator_guesses": (
        replace(
            gan(loss_D_fake=(0.6931, 0.694, 0.69, 0.693), loss_D_real=(0.693,) * 4), eval_rows=BAD
        ),
        ("worse_than_random",),
    ),
    "saturated_head": (replace(HEALTHY, head=replace(HEAD, share=0.9)), ()),
    "grey_data": (replace(HEALTHY, image_rows=images(0.5, 1.5, 20.0)), ()),
    "one_color_data": (replace(HEALTHY, eval_rows=evaluated(mean_chroma=5.0)), ()),
    "domain": (
        replace(
            HEALTHY,
            info={
                "kind": "evaluation",
                "status": "finished",
                "data": {"source": "photos"},
                "model": {"data": {"source": "scenes:face"}},
            },
        ),
        (),
    ),
    "still_falling": (
        replace(training(loss_huber=(0.05, 0.04, 0.03, 0.02)), eval_rows=evaluated(ratio=0.1)),
        ("grey",),
    ),
    "no_supervision": (replace(gan(loss_G_L1=None), eval_rows=BAD), ("worse_than_random",)),
    "averaging_loss": (
        replace(training(loss_mse=(0.05, 0.03, 0.025, 0.0248)), eval_rows=evaluated(ratio=0.4)),
        ("pale",),
    ),
}
