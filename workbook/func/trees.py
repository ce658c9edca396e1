"""Trees: Tensors in tuples, lists and dicts, to any depth. What is none of these three is a leaf.

`torch.func` takes trees as arguments and gives trees of the same structure back.
"""


def flatten(tree):
    """Return the leaves of a tree, in order, and its structure: what `unflatten` makes the tree of again.

    >>> flatten({"a": 1, "b": (2, [3])})
    ([1, 2, 3], ('dict', ['a', 'b'], [None, ('tuple', None, [None, ('list', None, [None])])]))
    """
    kind = kind_of(tree)
    if kind is None:
        return [tree], None
    keys = list(tree) if kind == "dict" else None
    if keys is None and hasattr(tree, "_fields"):
        keys = type(tree)  # a named tuple
    leaves, parts = [], []
    for part in tree.values() if kind == "dict" else tree:
        below, structure = flatten(part)
        leaves += below
        parts.append(structure)
    return leaves, (kind, keys, parts)


def unflatten(leaves, structure):
    """Return the tree of this structure with these leaves.

    >>> unflatten([1, 2], flatten({"a": 0, "b": [0]})[1])
    {'a': 1, 'b': [2]}
    """
    return _taken(iter(leaves), structure)


def tree_map(function, tree):
    """Return the tree with `function` applied to every leaf.

    >>> tree_map(lambda number: number + 1, (1, [2]))
    (2, [3])
    """
    leaves, structure = flatten(tree)
    return unflatten(map(function, leaves), structure)


def spread(prefix, structure):
    """Return one value of `prefix` for each leaf of a structure, where one leaf of the prefix may stand for a whole branch.

    None where the prefix has another structure.

    >>> spread((0, None), flatten((1, {"a": 2, "b": 3}))[1])
    [0, None, None]
    """
    kind = kind_of(prefix)
    if kind is None:
        return [prefix] * count(structure)
    if structure is None or structure[0] != kind or len(prefix) != len(structure[2]):
        return None
    if kind == "dict" and list(prefix) != structure[1]:
        return None
    found = [spread(part, below) for part, below in zip(prefix.values() if kind == "dict" else prefix, structure[2])]
    return None if None in found else sum(found, [])


def count(structure):
    """Return how many leaves a structure has."""
    return 1 if structure is None else sum(map(count, structure[2]))


def kind_of(tree):
    """Return "tuple", "list" or "dict"; None for a leaf."""
    return next((kind.__name__ for kind in (tuple, list, dict) if isinstance(tree, kind)), None)


def text(structure):
    """Return a structure as an error names it.

    >>> text(flatten((1, {"a": [2]}))[1])
    "(*, {'a': [*]})"
    """
    if structure is None:
        return "*"
    kind, keys, parts = structure
    inner = [text(part) for part in parts]
    if kind == "dict":
        return "{" + ", ".join(f"{key!r}: {part}" for key, part in zip(keys, inner)) + "}"
    return f"[{', '.join(inner)}]" if kind == "list" else f"({', '.join(inner)}{',' * (len(inner) == 1)})"


def _taken(leaves, structure):
    if structure is None:
        return next(leaves)
    kind, keys, parts = structure
    made = [_taken(leaves, part) for part in parts]
    if kind == "dict":
        return dict(zip(keys, made))
    if isinstance(keys, type):
        return keys(*made)
    return made if kind == "list" else tuple(made)
