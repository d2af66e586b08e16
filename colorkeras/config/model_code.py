"""Whether an experiment's model.py is the code that a run began with."""

import hashlib

from colorkeras.config.shipped import model_file

# model.py of a shipped experiment: SHA-256 of the file now → of the files in earlier versions that
# build the same networks and losses, bit by bit. Only words, the names of modules and options that
# a run of theirs cannot have set changed.
_SAME_AS_EARLIER = {
    # anime_gan
    "c0bbe96386c697b766fb9eaebcfaf10608b5c48a68c88c2ebccf650065213e39": (
        "5f492b022b46be52655aa5b2d874fdec0327e9f99291bc8997802945b5302e5d",
    ),
    # church_cgan
    "7a99dca774da4ed5f50a36b9d46e00616fd66058000260a67daf8d6689195449": (
        "540ccbc2268e39fb040a8fa25fd1ee7c8e5127e3da7027b08a4f65ac34dab8fd",
    ),
    # cunet
    "4798d76ba5efc1c76b0e5c7fdd470f57e1dbc08b1b5d1acf2dda635b0bd379f2": (
        "70d847918474c6590e483ee4e5bf30996fd64d951604409dd9ea53317082e733",
    ),
    # digiface_gan
    "77b046fd01a34b3bbd4a2dc2223b7d61aea46bb116a91e32c432d1e85fcf1fc2": (
        "55567c2460d2d37128d79f882d53cad483480715f7f01a55244c9b668059777b",
    ),
    # digiface_resnet
    "804636489a3e5b1c9a68eadfc443db9a3ef27f70b25d4ad9eb495907b7fdcafa": (
        "7527be5497744de8a4dec5ff7c27e1521fcad2b8acafd615b99c7009779eab45",
        "f6a7639522d8544596907ebcacd1a9c3a3aeaf5696db23f5e025581028e69501",
    ),
    # photo
    "9e572488456d6776a78362c2ba4148a3f64fe9777555f111805417f356015bae": (
        "14d246c424d945fad63b895d52120a73542cc6369394a13868ef24ed7d12b73d",
        "cfe7a0e16634e48a37724297c6d1bfe555d28f4b596e26c68027d752c07fdfb0",
    ),
    # pix2pix
    "513ff0b79e5ce7dc7aa6437dcfd0277df91ccd00437ac442c4d6d02f5bd8fe96": (
        "2e7d4b3b7c1070e1b2265c1a4241c5b7ef022ffa923158bd5e322f2f59f99c5a",
        "ec042b4f9c45c831008d3586d5b03a3fa5c2587af29baea6671e0e94db12e2d8",
    ),
    # varga_cnn
    "4abf9f3c0b7481df71eb85c9a688eac4a73db146db3a9897f2f9f6090563d872": (
        "a873c5ed30c1c5b139c1b28a6bd1017a97361a9784a786718c27121d9ccffc3a",
    ),
}


def model_sha256(folder: str) -> str:
    """The SHA-256 of an experiment's model.py, hexadecimal.

    Args:
        folder: the `experiment.folder` of its configuration.
    """
    return hashlib.sha256(model_file(folder).read_bytes()).hexdigest()


def is_code_of(recorded: object, folder: str) -> bool:
    """Whether the model.py of an experiment computes what the one with a recorded hash did.

    Args:
        recorded: `model_sha256` of a run.json.
        folder: the `experiment.folder` of the configuration.
    """
    now = model_sha256(folder)
    return recorded in (now, *_SAME_AS_EARLIER.get(now, ()))
