"""What bad input gets: code, PyTorch's type of error and its key phrase, and what of the student's own must stand in the text."""

MESSAGES = [
    # shapes that do not meet
    ("torch.ones(2, 3) + torch.ones(2)", "RuntimeError",
     "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1", "[2, 3] against [2]"),
    ("torch.ones(2, 3) @ torch.ones(2, 3)", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", "b.T"),
    ("torch.mm(torch.ones(2, 3), torch.ones(4, 3))", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x3)", "3"),
    ("torch.mv(torch.ones(2, 3), torch.ones(2))", "RuntimeError", "size mismatch, got input (2), mat (2x3), vec (2)", "3"),
    ("torch.dot(torch.ones(2, 2), torch.ones(4))", "RuntimeError", "1D tensors expected, but got 2D and 1D tensors", "[2, 2]"),
    ("torch.bmm(torch.ones(2, 3, 4), torch.ones(3, 4, 5))", "RuntimeError", "Expected size for first two dimensions of batch2 tensor to be: [2, 4]",
     "[3, 4, 5]"),
    ("torch.cat([torch.ones(2, 3), torch.ones(2, 4)], dim=0)", "RuntimeError",
     "Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 1 in the list.", "dim=1"),
    ("torch.stack([torch.ones(3), torch.ones(4)])", "RuntimeError", "stack expects each tensor to be equal size, but got [3] at entry 0 and [4] at entry 1",
     "pad"),
    ("torch.arange(6).view(2, 3).t().view(6)", "RuntimeError", "view size is not compatible with input tensor's size and stride", "reshape"),
    ("torch.zeros(2, 3, 4).view(2, 3, 5)", "RuntimeError", "shape '[2, 3, 5]' is invalid for input of size 24", "2 x 3 x 5"),
    ("torch.ones(3).expand(2)", "RuntimeError", "The expanded size of the tensor (2) must match the existing size (3)", "repeat"),
    ("torch.ones(3).sum(dim=1)", "IndexError", "Dimension out of range (expected to be in range of [-1, 0], but got 1)", "1 axes"),
    ("torch.ones(2, 3).t().permute(0)", "RuntimeError", "permute(sparse_coo): number of dimensions in the tensor input does not match", "[3, 2]"),
    ("torch.ones(2, 3, 4).t()", "RuntimeError", "t() expects a tensor with <= 2 dimensions, but self is 3D", "transpose"),
    ("torch.ones(3).add_(torch.ones(2, 3))", "RuntimeError", "output with shape [3] doesn't match the broadcast shape [2, 3]", "add()"),
    # Linear and convolutions
    ("F.linear(torch.zeros(4, 16, 5, 5).flatten(), torch.zeros(10, 400))", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (1x1600 and 400x10)",
     "flatten(1)"),
    ("F.linear(torch.zeros(2, 1176), torch.zeros(10, 150))", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x1176 and 150x10)", "1176"),
    ("F.conv2d(torch.zeros(2, 784), torch.zeros(6, 1, 5, 5))", "RuntimeError",
     "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [2, 784]", "(N, C, H, W)"),
    ("F.conv2d(torch.zeros(1, 32, 32, 3), torch.zeros(6, 3, 5, 5))", "RuntimeError",
     "Given groups=1, weight of size [6, 3, 5, 5], expected input[1, 32, 32, 3] to have 3 channels, but got 32 channels instead", "permute(0, 3, 1, 2)"),
    ("F.conv2d(torch.zeros(1, 16, 2, 2), torch.zeros(32, 16, 5, 5))", "RuntimeError",
     "Calculated padded input size per channel: (2 x 2). Kernel size: (5 x 5). Kernel size can't be greater than actual input size", "2 x 2"),
    ("F.max_pool2d(torch.zeros(1, 16, 1, 1), 2)", "RuntimeError", "Given input size: (16x1x1). Calculated output size: (16x0x0). Output size is too small",
     "pooling layer"),
    # dtypes
    ("torch.ones(2, 3).double() @ torch.ones(3, 1)", "RuntimeError", "expected m1 and m2 to have the same dtype, but got: double != float", "float()"),
    ("F.linear(torch.tensor([[1, 2, 3]]), torch.ones(1, 3), torch.ones(1))", "RuntimeError", "mat1 and mat2 must have the same dtype, but got Long and Float",
     "1."),
    ("F.conv2d(torch.zeros(1, 1, 5, 5).double(), torch.zeros(1, 1, 3, 3))", "RuntimeError", "expected scalar type Double but found Float", "x.float()"),
    ("F.conv2d(torch.zeros(1, 1, 5, 5).double(), torch.zeros(1, 1, 3, 3), torch.zeros(1))", "RuntimeError",
     "Input type (double) and bias type (float) should be the same", "torch.float64"),
    ("torch.bmm(torch.ones(1, 2, 2), torch.ones(1, 2, 2).double())", "RuntimeError", "expected scalar type Float but found Double", "torch.float64"),
    ("torch.dot(torch.ones(2), torch.tensor([1, 2]))", "RuntimeError", "dot : expected both vectors to have same dtype, but found Float and Long", "1."),
    ("torch.tensor([1, 2]).mean()", "RuntimeError", "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long",
     "float()"),
    ("torch.tensor([1, 2]).add_(0.5)", "RuntimeError", "result type Float can't be cast to the desired output type Long", "torch.int64"),
    ("torch.arange(3)[torch.tensor([1.])]", "IndexError", "tensors used as indices must be long, int, byte or bool tensors", "long()"),
    ("torch.tensor([True]) - torch.tensor([True])", "RuntimeError", "Subtraction, the `-` operator, with two bool tensors is not supported.", "int()"),
    ("-torch.tensor([True])", "RuntimeError", "Negation, the `-` operator, on a bool tensor is not supported.", "~"),
    ("torch.tensor([1, 2]) ** -1", "RuntimeError", "Integers to negative integer powers are not allowed.", "float()"),
    ("torch.tensor([1, 2]) // 0", "RuntimeError", "ZeroDivisionError", "floats"),
    # losses
    ("F.cross_entropy(torch.ones(2, 3), torch.tensor([0., 2.]))", "RuntimeError", "expected target dtype to be Long or Byte, but got Float", "long()"),
    ("F.cross_entropy(torch.ones(2, 3), torch.tensor([[0], [2]]))", "RuntimeError", "0D or 1D target tensor expected, multi-target not supported", "squeeze(1)"),
    ("F.cross_entropy(torch.ones(2, 3), torch.tensor([[1, 0, 0], [0, 0, 1]]))", "RuntimeError",
     "Expected floating point type for target with class probabilities, got Long", "argmax(1)"),
    ("F.cross_entropy(torch.ones(2, 3), torch.tensor([1, 3]))", "IndexError", "Target 3 is out of bounds.", "3 columns"),
    ("F.cross_entropy(torch.ones(4, 3), torch.tensor([0, 1, 2]))", "ValueError", "Expected input batch_size (4) to match target batch_size (3).", "4 predictions"),
    ("F.binary_cross_entropy(torch.tensor([2.5]), torch.tensor([1.]))", "RuntimeError", "all elements of input should be between 0 and 1", "2.5"),
    ("F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1]))", "RuntimeError", "Found dtype Long but expected Float", "target.float()"),
    ("F.binary_cross_entropy_with_logits(torch.zeros(4, 1), torch.zeros(4))", "ValueError",
     "Target size (torch.Size([4])) must be the same as input size (torch.Size([4, 1]))", "squeeze(1)"),
    ("F.mse_loss(torch.ones(2), torch.ones(2), reduction='average')", "ValueError", "average is not a valid value for reduction", "'mean'"),
    # gradients
    ("(torch.ones(3, requires_grad=True) * 2).backward()", "RuntimeError", "grad can be implicitly created only for scalar outputs", "[3]"),
    ("(torch.ones(4, requires_grad=True) * 2).backward(torch.ones(1, 4))", "RuntimeError",
     "Mismatch in shape: grad_output[0] has a shape of torch.Size([1, 4]) and output[0] has a shape of torch.Size([4]).", "ones_like"),
    ("torch.ones(3).sum().backward()", "RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn", "requires_grad=True"),
    ("torch.ones(3, requires_grad=True).argmax().backward()", "RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn",
     "torch.int64"),
    ("torch.tensor([1, 2], requires_grad=True)", "RuntimeError", "Only Tensors of floating point and complex dtype can require gradients", "1."),
    ("twice(lambda x: (x * x).sum())", "RuntimeError", "Trying to backward through the graph a second time", "Mul"),
    ("torch.ones(2, requires_grad=True).sub_(0.1)", "RuntimeError", "a leaf Variable that requires grad is being used in an in-place operation.", "no_grad"),
    ("torch.ones(2, requires_grad=True)[0].mul_(2)", "RuntimeError", "a view of a leaf Variable that requires grad is being used in an in-place operation.",
     "mul_"),
    ("spoiled(lambda x: x.exp(), lambda y: y.add_(1))", "RuntimeError",
     "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [2]]", "add_"),
    ("torch.ones(2, requires_grad=True).numpy()", "RuntimeError", "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
     "detach()"),
    ("np.asarray(torch.ones(2, requires_grad=True))", "RuntimeError", "Can't call numpy() on Tensor that requires grad.", "detach()"),
    # one number, or none
    ("torch.ones(3).item()", "RuntimeError", "a Tensor with 3 elements cannot be converted to Scalar", "[3]"),
    ("bool(torch.ones(2))", "RuntimeError", "Boolean value of Tensor with more than one value is ambiguous", "[2]"),
    ("float(torch.ones(2))", "ValueError", "only one element tensors can be converted to Python scalars", "[2]"),
    ("len(torch.tensor(3.))", "TypeError", "len() of a 0-d tensor", "item()"),
    ("torch.tensor(1.5)[0]", "IndexError", "invalid index of a 0-dim tensor. Use `tensor.item()` in Python", "item()"),
    ("torch.arange(3)[3]", "IndexError", "index 3 is out of bounds for dimension 0 with size 3", "2"),
    ("torch.ones(2, 3)[0, 0, 0]", "IndexError", "too many indices for tensor of dimension 2", "[2, 3]"),
    ("torch.arange(3)[::-1]", "ValueError", "step must be greater than zero", "flip"),
    ("torch.tensor([[1, 2], [3]])", "ValueError", "expected sequence of length 2 at dim 1 (got 1)", "same length"),
    ("torch.ones(2).cuda()", "AssertionError", "Torch not compiled with CUDA enabled", "is_available()"),
]


def names_for(torch, functional):
    """Return the names that the codes use."""
    import numpy as np

    def twice(function):
        y = function(torch.ones(2, requires_grad=True))
        y.backward()
        y.backward()

    def spoiled(function, write):
        y = function(torch.ones(2, requires_grad=True))
        write(y)
        y.sum().backward()

    return {"torch": torch, "F": functional, "np": np, "twice": twice, "spoiled": spoiled}
