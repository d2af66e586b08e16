"""Whether PyTorch computes what Keras does: predictions, losses and gradients, in float32."""

import sys
import tempfile

from colorkeras.bench.frameworks.worker import Worker, WorkerFailedError

# Largest difference of a prediction, in units of its largest value where that is above 1; of the
# losses, as a share; and of a gradient, as a share of its length: a ResNet's in float32 is 3 % from
# that in float64 already, as activations near 0 fall to the other side.
TOLERANCE, GRADIENT_TOLERANCE = 1e-3, 5e-2


def check_agreement(jobs):
    """Compare PyTorch's forms with Keras in all experiments, print a line of each.

    Returns:
        The exit code: 1 where one is too far from Keras, or could not be compared.
    """
    failed = 0
    for job in jobs:
        try:
            with tempfile.TemporaryDirectory() as folder:
                for name in ("describe", "check"):
                    with Worker(name, {**job, "described": folder}) as worker:
                        found = worker.answer()
                    if "untranslated" in found:
                        raise WorkerFailedError(found["untranslated"])
            for form, differences in found.items():
                failed += not report_agreement(f"{job['name']}, {form}", differences)
        except WorkerFailedError as error:
            print(f"{job['name']}: {error}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


def report_agreement(name, found):
    """Print the differences of one experiment; return whether they are small.

    Args:
        name: of the experiment and of PyTorch's form.
        found: what a worker "check" answers of that form: `color`, the largest difference of
            luminance and chroma; `losses`, as a share; `forward` by network: largest difference of
            a prediction, its largest value, its standard deviation; `gradients` by network: the
            difference as a share of the gradient's length.
    """
    shares, parts = [found["color"], found["losses"]], [f"colors {found['color']:.1e}"]
    for network, (difference, most, deviation) in found["forward"].items():
        gradient = found["gradients"][network]
        shares += [difference / max(1.0, most), gradient * TOLERANCE / GRADIENT_TOLERANCE]
        parts.append(
            f"{network}: prediction {difference:.1e} (deviation {deviation:.2g}, at most "
            f"{most:.2g}), gradient {100 * gradient:.4f} %"
        )
    is_close = all(share <= TOLERANCE for share in shares)  # refuses NaN too
    parts.append(f"losses {100 * found['losses']:.4f} %{'' if is_close else ': TOO FAR APART'}")
    print(f"{name}: {'; '.join(parts)}", flush=True)
    return is_close
