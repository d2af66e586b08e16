"""An experiment that needs more than chroma: a loss on a layer at a quarter of the size.

Its targets are centred by the mean chroma of the training set, and its first layers learn at half
the rate. A second objective reads the same layer, and trains a network of its own.
"""

from tiny_experiment import CONFIG

READING_CONFIG = CONFIG.replace('name = "tiny"', 'name = "reading"').replace(
    '[optimizer.colorizer]\nname = "adam"',
    '[optimizer.judge]\nname = "sgd"\nlearning_rate = 0.1\n\n[optimizer.colorizer]\nname = "adam"\n'
    "learning_rate_factors = { encoder = 0.5 }",
)
READING_MODEL = """
import keras
from keras import Input, Model, layers, ops

from colorkeras.experiment.objective import Objective


def build_model(height, width, *, dropout=0.25):
    inputs = Input((height, width, 1))
    x = layers.Conv2D(8, 3, 2, "same", activation="relu", name="encoder_1")(inputs)
    x = layers.Dropout(dropout)(x)
    x = layers.Conv2D(8, 3, 2, "same", activation="relu", name="encoder_2")(x)
    x = layers.Conv2D(2, 1, name="coarse")(x)
    x = layers.UpSampling2D(4, interpolation="bilinear")(x)
    return Model(inputs, layers.Activation("tanh", dtype="float32")(x))


def build_objectives(model, training_set, *, fine=0.5):
    mean = training_set.mean("chroma", lambda inputs, targets: targets.mean(axis=(1, 2)))
    mean = mean.astype("float32")
    judge = keras.Sequential([Input((None, None, 2)), layers.GlobalAveragePooling2D(),
                              layers.Dense(1, dtype="float32")])

    def judged(batch):
        found = judge(ops.stop_gradient(batch.layers["coarse"]), training=True)
        return {"loss_judge": ops.mean((found - ops.mean(batch.inputs, axis=(1, 2))) ** 2)}

    def loss(batch):
        coarse = batch.layers["coarse"]
        targets = ops.average_pool(batch.targets, 4, strides=4) - mean
        return {
            "loss_coarse": ops.mean((coarse - targets) ** 2),
            "loss_fine": fine * ops.mean(ops.abs(batch.outputs - batch.targets)),
        }

    return [
        Objective("judge", judge, judged, reads=("coarse",)),
        Objective("colorizer", model, loss, reads=("coarse",)),
    ]
"""
