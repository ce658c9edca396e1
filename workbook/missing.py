"""Names that PyTorch does not have but tutorials print, and names of PyTorch that this engine leaves out: what to write instead.

PyTorch itself only says that a name is missing. A name is looked up exactly; nothing is guessed.
"""

# Names of `torch`: the right name, where there is one, ...
MISSPELT = {"sigmod": "sigmoid", "non_zero": "nonzero", "tenser": "tensor", "badbmm": "baddbmm", "ones_likes": "ones_like", "zero_like": "zeros_like",
            "random_seed": "manual_seed", "set_seed": "manual_seed", "tansor": "tensor", "concatinate": "concatenate"}

# ... or what to write.
INSTEAD = {
    "save": "files of tensors are not there yet: numpy.savez keeps the arrays of a state_dict()",
    "load": "files of tensors are not there yet: numpy.load reads what numpy.savez wrote",
    "autocast": "the engine computes in the dtype that it is given: convert with x.half() or x.float()",
    "set_num_threads": "not there yet: set OMP_NUM_THREADS before Python starts",
    "set_float32_matmul_precision": "products are computed in the dtype that they are given: leave the line out",
    "use_deterministic_algorithms": "every operation gives the same numbers each time: leave the line out",
    "histogram": "torch.histc counts; numpy.histogram gives the edges, too",
    "sin_": "it is a method only: x.sin_()",
    "view": "it is a method only: x.view(shape), or torch.reshape(x, shape)",
    "expand": "it is a method only: x.expand(shape), or torch.broadcast_to(x, shape)",
    "repeat": "it is a method only: x.repeat(2, 3), or torch.tile(x, (2, 3))",
    "resize": "PyTorch has no such function: torch.reshape(x, shape)",
    "uniform": "PyTorch has no such function: torch.rand(shape), or x.uniform_(low, high)",
    "to": "it is a method only: x.to(dtype) or x.to(device)",
    "backward": "it is a method only: loss.backward()",
    "item": "it is a method only: x.item()",
    "numpy": "it is a method only: x.numpy()",
    "shape": "it belongs to a tensor: x.shape",
    "array": "NumPy's name; here it is torch.tensor(data)",
    "astype": "NumPy's name; here it is x.to(dtype)",
    "Variable": "since PyTorch 0.4 every tensor records: torch.tensor(data, requires_grad=True)",
    "compile": "the engine runs Python as it stands and compiles nothing: call the function or the module itself",
    "jit": "the engine runs Python as it stands and compiles nothing: call the function or the module itself",
    "vmap": "write the batch axis into the computation, or loop and torch.stack the results",
    "stft": "signal transforms are not part of this engine: scipy.signal has them",
    "fft": "signal transforms are not part of this engine: numpy.fft has them",
    "sparse_coo_tensor": "the engine keeps every number of a tensor: use a dense one, such as torch.zeros(size) and an index",
    "sparse_csr_tensor": "the engine keeps every number of a tensor: use a dense one, such as torch.zeros(size) and an index",
    "sparse": "the engine keeps every number of a tensor: use a dense one",
    "spmm": "the engine keeps every number of a tensor: torch.mm of dense ones",
    "jagged": "the engine keeps rows of one length: pad them",
    "nested": "the engine keeps rows of one length: pad them",
    "quantization": "numbers of fewer bits are not part of this engine: x.half() halves the memory",
    "onnx": "files of other programs are not part of this engine: keep net.state_dict()",
    "hub": "nothing is fetched from the network",
    "channels_last": "the engine keeps images in the order of their shape, (N, C, H, W); the numbers are the same without it",
}

# Names of a Tensor.
OF_TENSOR = {
    "register_post_accumulate_grad_hook": "x.register_hook(f), which sees the gradient before it is added",
    "sigmod": "x.sigmoid()", "badbmm": "x.baddbmm(a, b)", "non_zero": "x.nonzero()",
    "creator": "x.grad_fn; creator was its name before PyTorch 0.2",
    "stft": "scipy.signal has it; signal transforms are not part of this engine",
    "to_sparse": "the tensor as it is; the engine keeps every number",
    "to_dense": "the tensor as it is; the engine keeps every number",
    "coalesce": "the tensor as it is; the engine keeps every number",
    "indices": "x.nonzero(); the engine has no sparse tensors",
    "to_padded_tensor": "the tensor as it is; the engine keeps rows of one length",
    "astype": "x.to(dtype)", "length": "len(x) or x.numel()",
    "len": "len(x)", "concat": "torch.cat([x, y])", "cat": "torch.cat([x, y])", "append": "torch.cat([x, y])", "array": "x.numpy()",
}


def of_torch(name):
    """The error for a name that `torch` does not have.

    >>> of_torch("sigmod")
    AttributeError("module 'torch' has no attribute 'sigmod'. Did you mean: 'sigmoid'?")
    """
    plain = f"module 'torch' has no attribute '{name}'"
    if name in MISSPELT:
        return AttributeError(f"{plain}. Did you mean: '{MISSPELT[name]}'?")
    return AttributeError(plain + (f"\n  Why: {INSTEAD[name]}" if name in INSTEAD else ""))


def of_tensor(kind, name):
    """The error for a name that a Tensor does not have; `kind` is the name of its class.

    >>> of_tensor("Tensor", "nothing")
    AttributeError("'Tensor' object has no attribute 'nothing'")
    """
    plain = f"'{kind}' object has no attribute '{name}'"
    return AttributeError(plain + (f"\n  Fix: write {OF_TENSOR[name]}" if name in OF_TENSOR else ""))
