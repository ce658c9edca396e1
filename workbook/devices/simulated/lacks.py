"""What NumPy has and CuPy has not: names, and arguments of functions. Read off CuPy 14.2; `tests/simulated/test_probes.py` holds it."""

NAMES = frozenset("""
    asmatrix block bmat bytes_ char ctypeslib datetime64 einsum_path emath errstate frompyfunc geomspace geterr histogram_bin_edges
    insert isnat longdouble ma matrix matvec memmap nanpercentile nanquantile ndenumerate nditer nested_iters object_ polyder polydiv
    polyint busday_count busday_offset datetime_as_string datetime_data fromregex get_include getbufsize geterrcall info is_busday
    setbufsize seterrcall show_runtime test rec recarray record seterr spacing str_ strings timedelta64 unstack vecdot vecmat void
""".split())

# of numpy.linalg
LINALG = frozenset("test diagonal matrix_norm multi_dot outer svdvals tensordot trace vecdot vector_norm".split())

ARGUMENTS = {name: frozenset(lacking.split()) for name, lacking in {
    "all": "where", "amax": "initial where", "amin": "initial where", "any": "where", "arange": "device like",
    "argpartition": "kind order", "argsort": "order stable", "array": "like ndmax", "asarray": "device like", "astype": "device",
    "broadcast_to": "subok", "clip": "min max", "copy": "subok", "count_nonzero": "keepdims", "cov": "m", "delete": "obj",
    "einsum": "optimize out", "empty": "device like", "empty_like": "device", "eye": "device like", "flip": "m", "full": "device like",
    "full_like": "device", "indices": "sparse", "isin": "kind", "lexsort": "axis", "linspace": "device", "max": "initial where",
    "mean": "where", "min": "initial where", "nanmax": "initial where", "nanmean": "where", "nanmin": "initial where",
    "nanprod": "initial where", "nanstd": "correction mean where", "nansum": "initial where", "nanvar": "correction mean where",
    "ones": "device like", "ones_like": "device", "partition": "kind order", "prod": "initial where", "rot90": "m",
    "sort": "order stable", "stack": "arrays", "concatenate": "arrays", "std": "correction mean where", "sum": "initial where",
    "take": "mode", "take_along_axis": "arr", "unique": "sorted", "unravel_index": "shape", "var": "correction mean where",
    "zeros": "device like", "zeros_like": "device", "cholesky": "upper", "pinv": "hermitian rtol", "svd": "hermitian",
    "matrix_rank": "hermitian rtol",
}.items()}  # fmt: skip

REDUCE = frozenset(("add", "multiply"))  # the ufuncs whose `reduce` and `accumulate` there are
AT = frozenset(("add", "multiply", "maximum", "minimum", "bitwise_and", "bitwise_or", "bitwise_xor"))  # and those with `at`
WAITS = frozenset("""
    nonzero flatnonzero argwhere unique delete extract compress trim_zeros intersect1d setdiff1d union1d asnumpy array_equal bincount
    histogram
""".split())  # functions that wait for the GPU: the shape of their result depends on its numbers
METHODS = frozenset("""
    all any argmax argmin argpartition argsort astype choose clip compress conj conjugate copy cumprod cumsum diagonal dot fill flatten
    max mean min nonzero partition prod put ravel repeat reshape round searchsorted sort squeeze std sum swapaxes take trace transpose
    var view
""".split())
# They compute nothing, so any device may be the current one.
SHOWS = frozenset("view transpose swapaxes moveaxis squeeze diagonal broadcast_to expand_dims".split())
MAKES_ROOM = frozenset(("empty", "empty_like", "ndim", "shape", "size"))  # nor do these, on the current one
