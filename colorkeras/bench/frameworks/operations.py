"""How many floating-point operations a training step has, counted from TensorFlow's graph of it.

Counted are the products of convolutions and of matrices, each multiplication with its addition as
two operations: forward, and the gradients by inputs and by kernels that the step really needs.
`limit.py` measures the machine with the same products. Not counted is what goes through all numbers
once: activations, normalization, pooling, losses, optimizers, conversion of colors. The layers of
`networks/fast` compute the same products in another order, so that the count is the same.
(`tf.compat.v1.profiler` also counts gradients that stand in the graph and that nothing uses, such
as that of the first convolution by the images.)
"""

import math

# Operation of TensorFlow → where its convolution's result (or the gradient by it) stands, and where
# its kernel (or the gradient by it): ("in" or "out", number).
_CONVOLUTIONS = {
    "Conv2D": (("out", 0), ("in", 1)),
    "Conv2DBackpropInput": (("in", 2), ("in", 1)),
    "Conv2DBackpropFilter": (("in", 2), ("out", 0)),
    "DepthwiseConv2dNative": (("out", 0), ("in", 1)),
    "DepthwiseConv2dNativeBackpropInput": (("in", 2), ("in", 1)),
    "DepthwiseConv2dNativeBackpropFilter": (("in", 2), ("out", 0)),
}
_PRODUCTS = {"MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"}
_OTHERS = {"Conv3D", "Einsum", "Conv"}  # would count, but nothing here uses them


def count_operations(graph):
    """Return the operations of all convolutions and matrix products that a function computes.

    Args:
        graph: of a concrete `tf.function`. What leads to no result and no assignment is not
            counted, as TensorFlow does not compute it.

    Raises:
        ValueError: on one of an unknown size, or in a function that the graph calls.
    """
    for function in graph.as_graph_def().library.function:
        _refuse(node.op for node in function.node_def if _counts(node.op))
    needed = _needed(graph)
    _refuse(operation.type for operation in needed if operation.type in _OTHERS)
    return sum(_operations(operation) for operation in needed if _counts(operation.type))


def operations_per_image(update, images, stage, period):
    """Return the operations of a step for each image: a mean, where steps differ.

    Args:
        update: a `TensorFlowStep`; its graphs are traced, but nothing is trained.
        images: a batch, as the step takes it.
        stage: the running `Stage`.
        period: after how many steps the same objectives are due.
    """
    graphs = [update.graph(images, number, stage) for number in range(1, period + 1)]
    return sum(map(count_operations, graphs)) / period / int(images.shape[0])


def _needed(graph):
    """The operations that lead to the function's results and to its assignments."""
    waiting = [*(tensor.op for tensor in graph.outputs), *graph.control_outputs]
    needed = set(waiting)
    while waiting:
        operation = waiting.pop()
        before = {*(tensor.op for tensor in operation.inputs), *operation.control_inputs} - needed
        needed |= before
        waiting += before
    return needed


def _counts(kind):
    return kind in _CONVOLUTIONS or kind in _PRODUCTS


def _refuse(kinds):
    if found := sorted(set(kinds)):
        raise ValueError(f"operations that are not counted: {', '.join(found)}")


def _operations(operation):
    if operation.type in _PRODUCTS:
        left, result = operation.inputs[0].shape, operation.outputs[0].shape
        flag = "transpose_a" if operation.type == "MatMul" else "adj_x"
        return 2 * _elements(operation, result) * left[-2 if operation.get_attr(flag) else -1]
    result, kernel = (
        (operation.outputs if side == "out" else operation.inputs)[number].shape
        for side, number in _CONVOLUTIONS[operation.type]
    )
    channels_first = operation.get_attr("data_format") == b"NCHW"
    positions = result[2:] if channels_first else result[1:3]
    return 2 * result[0] * _elements(operation, positions) * _elements(operation, kernel)


def _elements(operation, shape):
    if not shape.is_fully_defined():
        raise ValueError(f"{operation.name} ({operation.type}): its size is unknown: {shape}")
    return math.prod(shape)
