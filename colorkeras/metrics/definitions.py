"""The names of all metrics, in the order of their columns, and the definition of each.

They are apart from `image_metrics`, which computes them, so that reading results and checking a
configuration need no deep-learning library.
"""

# Of each column: definition and unit; which direction is better; source.
DEFINITIONS = {
    "psnr": "Peak signal-to-noise ratio of 8-bit sRGB, 10 log10(255² / mse), at most 100 dB "
    "(identical images); higher is better; the field's custom.",
    "ssim": "Structural similarity of 8-bit sRGB, 11x11 Gaussian window of sigma 1.5, mean over "
    "channels, at most 1; higher is better; Wang et al., Image Quality Assessment: From Error "
    "Visibility to Structural Similarity, 2004.",
    "mse": "Mean squared error over pixels and sRGB channels, in squared 8-bit levels; lower is "
    "better; the field's custom.",
    "chroma_mse": "Mean squared error over pixels and both CIELAB channels a*, b*, in squared ab "
    "units; lower is better; the field's custom.",
    "chroma_mae": "Mean absolute error over pixels and both CIELAB channels a*, b*, in ab units; "
    "lower is better; the field's custom.",
    "chroma_rmse": "Square root of the image's chroma_mse, in ab units; lower is better; the "
    "field's custom.",
    "ciede2000": "Mean CIEDE2000 color difference, kL = kC = kH = 1, in ΔE units; lower is better; "
    "Sharma, Wu, Dalal, The CIEDE2000 Color-Difference Formula, 2005.",
    "colorfulness": "Colorfulness of the prediction from signed opponents R-G and (R+G)/2-B, in "
    "8-bit levels; closer to the truth's is better; Hasler and Süsstrunk, Measuring Colorfulness "
    "in Natural Images, 2003.",
    "colorfulness_ratio": "Colorfulness of the prediction over the truth's, blank where the truth "
    "has less than 1; closer to 1 is better; derived from Hasler and Süsstrunk, 2003.",
    "threshold_error": "Share of pixels whose ab distance to the truth reaches the threshold, in "
    "[0, 1]; lower is better; the complement of a point on the curve of auc.",
    "auc": "Mean over τ = 0, 1, …, 150 of the share of pixels within ab distance τ of the truth, "
    "in [0, 1]; higher is better; Zhang, Isola, Efros, Colorful Image Colorization, 2016 (raw).",
    "auc_rebalanced": "auc with each pixel weighted by 1 / the share of its true color's class in "
    "the evaluated originals, in [0, 1] (of one image its part, scaled so that the mean over "
    "images is the value of the set: it may exceed 1); higher is better; Zhang, Isola, Efros, 2016 "
    "(class-balanced, Eq. 4 with λ = 0, the prior that of the evaluated originals, not smoothed).",
    "histogram_distance": "1 - intersection of the a*, b* histograms of prediction and truth over "
    "the 313 classes of auc_rebalanced (cells of 10x10): the share of pixels in a class of which "
    "the truth has too few, wherever they are, in [0, 1]; lower is better; Swain and Ballard, "
    "Color Indexing, 1991.",
    "hue_error": "Mean difference of CIELAB hue angle over pixels, weighted by the truth's chroma, "
    "in degrees of [0, 180] (90 where the prediction is grey, as a random hue would have, blank "
    "where the truth is grey); lower is better; hue angle of CIE 15:2004, weights our own "
    "(colorkeras/metrics/hue.py).",
    "bleeding": "Share of the truth's color contrast across its strong edges that the coloring "
    "lacks, after scaling it to the truth's chroma, in [0, 1] (about 0 for clean edges between "
    "other or weaker colors, 1 for grey, blank where the truth has hardly any such edges); lower "
    "is better; our own (colorkeras/metrics/bleeding.py), related to the cluster discrepancy ratio "
    "of Kim et al., Deep Edge-Aware Interactive Colorization against Color-Bleeding Effects, 2021.",
}
METRICS: tuple[str, ...] = tuple(DEFINITIONS)
# Metrics that some images do not have, such as the hue of a grey one. That depends on the truth
# alone, so all methods have them of the same images; the mean is that of these images.
NOT_OF_EVERY_IMAGE = ("hue_error", "bleeding")
# For models with noise only: the mean ab distance between the samples of an image, over all pairs
# of samples and all pixels, in CIELAB units; 0 where noise changes nothing. Our own definition.
DIVERSITY, DIVERSITY_SAMPLES = "diversity", 4
# `[optimizer.NAME.schedule] monitor` may name a metric with "val_" before it, or the training loss.
TRAIN_LOSS, VAL_PREFIX = "train_loss", "val_"
# Metrics of which higher is better; of the others lower is better, or closer to the truth.
HIGHER_IS_BETTER = ("psnr", "ssim", "auc", "auc_rebalanced")
# The ab distances over which `auc` is a mean: 0, 1, …, 150 CIELAB units.
AUC_THRESHOLDS = 151
