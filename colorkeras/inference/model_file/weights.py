"""Which of a file's datasets is which weight of its network."""

from colorkeras.inference.model_file.rules import RefusedError, shown


def match_weights(network, datasets):
    """Find the dataset of each weight.

    A layer's weights are in the group of its name; below that Keras writes the names of the scopes
    in which each was made, the last two of which are the layer's and the weight's.

    Args:
        network: the `Network`.
        datasets: by path in the file; anything with `shape`.

    Returns:
        Dict from the weight's path in the network to the dataset's path.

    Raises:
        RefusedError: when one is missing, has another shape, or is left over.
    """
    parts = {path: tuple(path.split("/")) for path in datasets}
    groups = {}
    for path, names in parts.items():
        groups.setdefault((names[0], *names[-2:]), []).append(path)
    found = {}
    for own, shape in network.weights.items():
        same = groups.get((own[0], *own[-2:]), [])
        for depth in range(3, len(own) + 1):
            if len(same) > 1:
                same = [path for path in same if parts[path][-depth:] == own[-depth:]]
        if len(same) != 1:
            raise RefusedError(f"the weight {shown('/'.join(own))} is not in the file, or twice")
        if datasets[same[0]].shape != shape:
            raise RefusedError(
                f"the weight {shown('/'.join(own))} has shape {datasets[same[0]].shape}; the layer "
                f"expects {shape}"
            )
        found[own] = same[0]
    extra = datasets.keys() - found.values()
    if extra:
        raise RefusedError(f"holds {shown(min(extra))}, which no layer uses")
    return found
