"""The same program in torch and in workbook, for layers over sequences: leaves from one seed, graphs by name, what is equal."""

import numpy as np
import torch

import workbook

ENGINES = (torch, workbook)


def numbers(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def leaf(engine, seed, dtype, *shape):
    return engine.from_numpy(numbers(seed, *shape)).to(getattr(engine, dtype)).requires_grad_()


def flat(outputs):
    """Every Tensor in nested tuples."""
    return [outputs] if hasattr(outputs, "backward") else [tensor for part in outputs for tensor in flat(part)]


def close(mine, theirs, dtype, slack=1):
    assert tuple(mine.shape) == tuple(theirs.shape) and str(mine.dtype) == str(theirs.dtype)
    size = max(1.0, float(np.abs(np.nan_to_num(theirs.detach().numpy(), posinf=0, neginf=0)).max(initial=0)))
    rtol, atol = (3e-5, 5e-6) if dtype == "float32" else (1e-9, 1e-10)
    rtol, atol = rtol * slack, atol * slack
    np.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol, atol * size)


def same(build, run, seed, dtype, slack=1):
    """Build a layer in both engines, run it, send uneven gradients back; compare everything that can be seen.

    `run(engine, layer)` returns the leaves whose gradients are compared, and the outputs. `slack`: how many times more may be
    lost to rounding; a norm divides by what may be small.
    """
    found = []
    for engine in ENGINES:
        engine.manual_seed(seed)
        layer = build(engine.nn).to(getattr(engine, dtype))
        weights = [p.detach().numpy().copy() for p in layer.parameters()]
        leaves, outs = run(engine, layer)
        sum((out * engine.from_numpy(numbers(seed + i, *out.shape))).sum() for i, out in enumerate(outs)).backward()
        found.append((repr(layer), list(layer.state_dict()), [out.grad_fn.name() for out in outs], weights, outs,
                      [leaf.grad for leaf in leaves], [p.grad for p in layer.parameters()], engine.rand(2).tolist()))
    theirs, mine = found
    assert mine[:3] == theirs[:3] and mine[7] == theirs[7]
    for a, b in zip(mine[3], theirs[3], strict=True):
        np.testing.assert_array_equal(a, b)
    for kind in (4, 5, 6):
        for a, b in zip(mine[kind], theirs[kind], strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                close(a, b, dtype, slack)


def nodes(tensor):
    """The graph behind a Tensor: each node's name with those that it hands gradients to.

    A mask is an input of attention here and none in torch: it wants no gradient. A reshape that copies is one step here, and a
    clone and a view in torch.
    """
    found, waiting, seen = [], [tensor.grad_fn], set()
    while waiting:
        node = waiting.pop(0)
        if node is None or node in seen:
            continue
        seen.add(node)
        behind = [edge[0] for edge in node.next_functions]
        if node.name() == "UnsafeViewBackward0" and behind[0].name() == "CloneBackward0":
            behind = [behind[0].next_functions[0][0]]
        names = [each and each.name() for each in behind]
        found.append((node.name(), names[:3] if "Attention" in node.name() else names))
        waiting += behind
    return found
