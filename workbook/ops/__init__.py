"""Every operation: its value and its derivative, side by side.

What every operation raises: TypeError for an argument of another kind (a list where a Tensor belongs), RuntimeError for shapes that
do not broadcast and for Tensors on different devices, IndexError for a `dim` that is not there. A docstring tells what a function
raises besides; "Raises nothing of its own" where that is all.

Read first: `arithmetic`, `pointwise`, `reduction`, `axes`, `linalg`. Where the rest is:

Element by element
    arithmetic quotients powers         + - * /, rounded quotients and remainders, powers
    pointwise exponentials trigonometry exp, log, relu ...; other logarithms; angles
    activation bounds fractions signs   erf; one bound only; numbers cut at the point; signs and neighbours
    comparison closeness                == and <; nearly equal
    logic integers                      true and false, and bits; whole numbers
    choices                             one of two, by a condition, by size, within bounds
    complexes mixing entropies          complex parts; three Tensors into one; x log x
    normal gamma bessel incomplete      functions of statistics and physics
    elements                            a Python function of each element
New Tensors
    creation ranges from_data buffers   by size; in equal steps; from given numbers; on given memory
    alike likes                         in the shape of another; in its dtype
    dlpack                              on memory of other array libraries, and lent to them
    draws chances                       at random; at random by the numbers of others
The same numbers in another shape
    shape axes rearranging strided      views; axes exchanged; elements elsewhere; strides over memory
    memories                            whose memory a Tensor shows
    joining stacking blocks             cat and split; hstack and its like; matrices out of matrices
    conversion replicas                 another dtype or device, or outside the graph; on several devices at once
Places: read and written
    indexing parts picks takes          x[...]; its parts; places named by an index; places counted through the memory
    placing scatter part_writes         written in a copy: along an axis; where an index says; a slice
    searching histograms                where something is; how many lie where
Many into fewer, and order
    reduction sums scans statistics     sum and mean; with a condition; running; quantiles and covariances
    extremes ordering sorting           max and argmax; sort and topk; medians
    selection heaps few keys            which of several equal ones; the first few of many; of a few; what is compared
    norms lengths distances differences lengths of vectors; between rows; of neighbours
    similarity                          cosines, distances of pairs, vectors of length 1
Matrices
    linalg products added chains einsum matmul; outer and cross; with something added; of many; by a line of text
    triangles squares                   diagonals and triangles; what functions of square matrices ask
    inverses solving lu factors         inverses; equations; elimination; Cholesky and QR
    spectra pseudo removed              eigenvalues; least squares; what PyTorch took away
Networks
    convolution kernels columns rows    kernels that slide; what fits; two ways to compute it
    windows pooling averages sides      windows: their places, the largest, the mean; a number an axis
    adaptive fractional                 pools by the size of the result; at random distances
    unpooling winners                   the way back; numbers at places of images
    padding resampling interpolation    room around an image; axes seen anew; images in another size
    grids patches pixels                images seen through a grid; patches side by side; channels as places
    batch_norm layer_norm responses     mean 0 and variance 1: of a batch, of each example; across channels
    weight_norm                         a weight as direction and length
    embedding bilinear                  tables of vectors; a product of two vectors with weights
    units bends masks softmaxes         activations that curve, that bend; dropouts of channels; softmin, a drawn softmax
    regressions margins ctc             losses of numbers, with a margin, of sequences of labels
    losses binary                       softmax, and how wrong a prediction is; one of yes and no
    targets                             what the targets of a loss of classes have to be
    recurrent lstm packing              cells along sequences; a layer of an LSTM in one step; sequences of several lengths
    attention heads                     looking at keys, taking values; in several heads
    native native_recurrent             functions that `torch` itself has, with PyTorch's inner arguments
The doors
    methods operators inplace out       the one table of names; x + y; x.add_(y); out=
    elementwise spellings totals        broadcasting and its error; axis= for dim=; fast sums
    questions arguments kinds           what is asked of a Tensor; the doors of functions; arguments of a kind
    reading retold                      what is wrong with the arguments of a call; whole numbers that came otherwise
    signatures network_signatures       the tables of what PyTorch's functions take,
    method_signatures                   and its methods
    autocasting                         the dtype that autocast chooses for each
"""
