"""In which order the boxes of each layer stand, so that few edges cross.

Barycentre sweeps: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981).
"""

from bisect import bisect_left, insort

SWEEPS = 12


def order_layers(layers, sources, targets):
    """Return `layers` with each layer's keys in an order that crosses few edges; the same input always gives the same order.

    `layers` is a list of lists of keys, first layer first. `sources[key]` and `targets[key]` are the neighbours of a key in
    the layer before and after, once an edge.

    >>> order_layers([["a", "b"], ["c", "d"]], {"c": ["b"], "d": ["a"]}, {"a": ["d"], "b": ["c"]})
    [['a', 'b'], ['d', 'c']]
    """
    best, fewest = layers, crossings(layers, targets)
    current = layers
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        forward = sweep % 2 == 0
        current = _swap_neighbours(_sweep(current, sources if forward else targets, forward), sources, targets)
        count = crossings(current, targets)
        if count < fewest:
            best, fewest = current, count
    return best


def crossings(layers, targets):
    """Return how many pairs of edges cross between neighbouring layers.

    >>> crossings([["a", "b"], ["c", "d"]], {"a": ["d"], "b": ["c"]})
    1
    """
    total = 0
    for first, second in zip(layers, layers[1:]):
        place = {key: i for i, key in enumerate(second)}
        seen = []
        for key in first:
            ends = sorted(place[target] for target in targets.get(key, ()))
            total += sum(len(seen) - _after(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _after(ordered, value):
    """Return the index behind the last element of `ordered` that is not above `value`."""
    return bisect_left(ordered, value + 1)


def _sweep(layers, neighbours, forward):
    """Return the layers, each sorted by the mean place of its neighbours in the layer that was sorted just before it."""
    done = [list(layer) for layer in layers]
    path = range(1, len(done)) if forward else range(len(done) - 2, -1, -1)
    for i in path:
        fixed = {key: place for place, key in enumerate(done[i - 1 if forward else i + 1])}

        def centre(item):
            place, key = item
            beside = [fixed[other] for other in neighbours.get(key, ())]
            return sum(beside) / len(beside) if beside else place

        # sorted() is stable: boxes with the same centre keep the order in which the student wrote them.
        done[i] = [key for _, key in sorted(enumerate(done[i]), key=centre)]
    return done


def _swap_neighbours(layers, sources, targets):
    """Return the layers after swapping boxes that stand side by side wherever that alone removes crossings."""
    layers = [list(layer) for layer in layers]
    for i, layer in enumerate(layers):
        before = {key: place for place, key in enumerate(layers[i - 1])} if i else {}
        after = {key: place for place, key in enumerate(layers[i + 1])} if i + 1 < len(layers) else {}

        def ends(key):
            return [[before[s] for s in sources.get(key, ())], [after[t] for t in targets.get(key, ())]]

        for place in range(len(layer) - 1):
            left, right = ends(layer[place]), ends(layer[place + 1])
            gain = sum((a > b) - (a < b) for x, y in zip(left, right) for a in x for b in y)
            if gain > 0:
                layer[place], layer[place + 1] = layer[place + 1], layer[place]
    return layers
