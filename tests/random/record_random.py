"""Records PyTorch's random numbers in recorded.json, for machines without PyTorch: `python tests/random/record_random.py`.

A record is one seeded generator and the calls made on it, in order. Up to 64 numbers are kept as their bytes, more as a digest.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch

RECORDED = Path(__file__).with_name("recorded.json")

FILLS = {
    "uniform": lambda t, g, *bounds: t.uniform_(*bounds, generator=g),
    "normal": lambda t, g, *mean_std: t.normal_(*mean_std, generator=g),
    "integers": lambda t, g, *bounds: t.random_(*bounds, generator=g),
    "bernoulli": lambda t, g, p: t.bernoulli_(p, generator=g),
    "exponential": lambda t, g, rate: t.exponential_(rate, generator=g),
}


def blank(shape, dtype, layout):
    dtype = getattr(torch, dtype)
    if layout == "transposed":
        return torch.zeros(shape[::-1], dtype=dtype).permute(*range(len(shape))[::-1])
    if layout == "sliced":
        return torch.zeros([*shape[:-1], shape[-1] + 3], dtype=dtype)[..., 1:-2]
    return torch.zeros(shape, dtype=dtype)


def call(name, dtype, shape, *arguments, layout="plain"):
    return {"name": name, "dtype": dtype, "shape": list(shape), "layout": layout, "arguments": list(arguments)}


def kept(array):
    data = np.ascontiguousarray(array).tobytes()
    return data.hex() if array.size <= 64 else "sha256 " + hashlib.sha256(data).hexdigest()


def run(entry, generator):
    if entry["name"] == "permutation":
        return torch.randperm(entry["shape"][0], generator=generator).numpy()
    tensor = blank(entry["shape"], entry["dtype"], entry["layout"])
    return FILLS[entry["name"]](tensor, generator, *entry["arguments"]).numpy()


def sequences():
    floats = ("float32", "float64", "float16")
    for seed in (0, 1, 42, 1337, -1, -2**63, 2**32 + 5, 2**64 - 1):
        yield seed, [call("uniform", "float32", (4,), 0.0, 1.0), call("normal", "float32", (3,), 0.0, 1.0),
                     call("normal", "float32", (20,), 0.0, 1.0), call("normal", "float64", (1,), 0.0, 1.0),
                     call("permutation", "int64", (10,)), call("integers", "int64", (3,))]
    for dtype in floats:
        for size in (0, 1, 2, 15, 16, 17, 31, 32, 33, 64, *([40005] if dtype != "float64" else [])):
            yield size, [call("normal", dtype, (size,), 0.0, 1.0), call("normal", dtype, (size,), -0.7, 0.3),
                         call("uniform", dtype, (size,), 0.0, 1.0), call("uniform", dtype, (size,), -0.3, 0.7)]
        for layout in ("transposed", "sliced"):
            for shape in ((3, 4), (5, 7), (2, 3, 4)):
                yield 7, [call("normal", dtype, shape, 1.0, 0.1, layout=layout),
                          call("uniform", dtype, shape, -0.1, 0.1, layout=layout)]
        yield 8, [call("bernoulli", dtype, (40,), 0.3), call("exponential", dtype, (40,), 1.5),
                  call("integers", dtype, (40,), -5, 6)]
        yield 9, [call("integers", dtype, (40,))]
        yield 14, [call("uniform", dtype, (33,), 0.1, 0.2), call("uniform", dtype, (33,), 1e-40, 3e-40),
                   call("normal", dtype, (33,), 0.0, 1e-45), call("normal", dtype, (33,), 0.0, 0.0)]
    yield 15, [call("uniform", "float64", (33,), -8e307, 9e307), call("normal", "float32", (1_000_003,), 0.0, 1.0)]
    for dtype in ("bool", "uint8", "int8", "int16", "int32", "int64"):
        yield 10, [call("integers", dtype, (33,)), call("bernoulli", dtype, (33,), 0.5)]
    yield 11, [call("integers", "int64", (33,), *bounds)
               for bounds in ((0, 10), (-7, 3), (0, 2**28 - 1), (0, 2**28), (0, 2**28 + 1), (-2**40, 2**41), (-2**62, 2**62))]
    for n in (0, 1, 2, 3, 100, 4097, 5000, 100_003):
        yield 12, [call("permutation", "int64", (n,))]
    for dtype in ("complex64", "complex128"):
        yield 13, [call("uniform", dtype, (9,), -1.0, 1.0), call("normal", dtype, (7,), 0.0, 1.0),
                   call("normal", dtype, (9,), 0.0, 1.0)]


def main():
    records = []
    for seed, calls in sequences():
        generator = torch.Generator().manual_seed(seed)
        for entry in calls:
            entry["result"] = kept(run(entry, generator))
        records.append({"seed": seed, "calls": calls})
    lines = ",\n".join(json.dumps(record) for record in records)
    RECORDED.write_text(f'{{"torch": "{torch.__version__}", "records": [\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
