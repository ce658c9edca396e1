"""Where every box and every edge of a drawn graph stands: a layered layout in plain Python.

One layout serves the still picture and the live view, so both say the same and tests can be exact. Layers are counted from
the result, which keeps every leaf beside its user. Edges bend only in the gaps between layers and run straight across them,
so no edge passes through a box. The steps are those of Gansner, Koutsofios, North and Vo, "A technique for drawing directed
graphs" (1993); coordinates are placed by isotonic regression instead of a linear program.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from .ordering import order_layers

LANE = 26       # height of an edge that runs past the boxes of a layer, and of an edge's place on the side of a box
ROUNDS = 10     # sweeps of the placement; the picture no longer changes visibly after about six


@dataclass(frozen=True)
class Layout:
    """Places of boxes and edges. `centres[key]` is (x, y); `routes[i]` are the points of edge i, alternating bend and straight."""

    centres: dict
    routes: list
    width: float
    height: float


class Lane(NamedTuple):
    """The room of edge number `edge` in a layer that it runs across."""

    edge: int
    layer: int


def lay_out(sizes, edges, down=False, gap=92, spread=26):
    """Return the Layout of a directed graph without cycles, drawn left to right, or top to bottom if `down`.

    `sizes[key]` is the (width, height) of a box, in an order that breaks ties. `edges` is a list of (source, target); the same
    pair may stand in it twice. `gap` lies between layers, `spread` between the boxes of one layer.

    >>> drawn = lay_out({"x": (100, 60), "y": (100, 60)}, [("x", "y")], gap=80)
    >>> drawn.centres, drawn.routes[0]
    ({'x': (50.0, 30.0), 'y': (230.0, 30.0)}, [(100.0, 30.0), (100.0, 30.0), (180.0, 30.0), (180.0, 30.0)])
    """
    layer = layers_from_result(list(sizes), edges)
    # Inside, everything is drawn left to right: `along` runs from layer to layer, `across` within a layer.
    along = {key: size[1 if down else 0] for key, size in sizes.items()}
    across = {key: size[0 if down else 1] for key, size in sizes.items()}
    chains = _with_dummies(layer, edges, across)
    sources, targets = defaultdict(list), defaultdict(list)
    for chain in chains:
        for a, b in zip(chain, chain[1:]):
            sources[b].append(a)
            targets[a].append(b)
    layers = order_layers(_first_order(layer, sources), sources, targets)
    middle = _place_across(layers, sources, targets, across, spread)
    begins, thick = _place_along(layers, along, gap)
    centre = {key: begins[layer[key]] + thick[layer[key]] / 2 for key in sizes}
    routes = _routes(chains, layer, along, across, centre, middle, begins, thick)
    total = (begins[-1] + thick[-1], max((middle[k] + across[k] / 2 for k in middle), default=0.0))
    turn = (lambda x, y: (y, x)) if down else (lambda x, y: (x, y))
    return Layout({key: turn(centre[key], middle[key]) for key in sizes},
                  [[turn(*point) for point in route] for route in routes], *turn(*total))


def layers_from_result(keys, edges):
    """Return {key: layer}, the first layer being 0: each key stands one layer before the nearest key that uses it.

    >>> layers_from_result(["x", "w", "a", "b"], [("x", "a"), ("a", "b"), ("w", "b")])
    {'x': 0, 'w': 1, 'a': 1, 'b': 2}
    """
    users, waiting = defaultdict(list), defaultdict(int)
    for source, target in edges:
        users[target].append(source)
        waiting[source] += 1
    from_end, ready = {}, [key for key in keys if not waiting[key]]
    depth = dict.fromkeys(keys, 0)
    while ready:
        key = ready.pop()
        from_end[key] = depth[key]
        for source in users[key]:
            depth[source] = max(depth[source], depth[key] + 1)
            waiting[source] -= 1
            if not waiting[source]:
                ready.append(source)
    if len(from_end) != len(keys):
        raise ValueError("the graph has a cycle: it cannot be drawn in layers")
    deepest = max(from_end.values(), default=0)
    return {key: deepest - from_end[key] for key in keys}


def _with_dummies(layer, edges, across):
    """Return each edge as a chain of keys, one a layer; an edge over several layers gets a Lane in each."""
    chains = []
    for number, (source, target) in enumerate(edges):
        lanes = [Lane(number, at) for at in range(layer[source] + 1, layer[target])]
        for lane in lanes:
            layer[lane], across[lane] = lane.layer, LANE
        chains.append([source, *lanes, target])
    return chains


def _first_order(layer, sources):
    """Return the keys layer by layer in the order in which a walk from the result along the inputs first meets them."""
    count = max(layer.values(), default=0) + 1
    layers, seen = [[] for _ in range(count)], set()
    users = {source for each in sources.values() for source in each}
    stack = [key for key in reversed(layer) if key not in users]
    while stack:
        key = stack.pop()
        if key not in seen:
            seen.add(key)
            layers[layer[key]].append(key)
            stack.extend(reversed(sources[key]))
    return layers


def _place_across(layers, sources, targets, across, spread):
    """Return {key: middle} within the layers: near the neighbours, never overlapping, and straight where a chain is long."""
    # The source of a long history pulls harder, so that the spine of a network is straight and its weights stand beside it.
    history = {}
    for layer in layers:
        for key in layer:
            history[key] = 1 + max((history[s] for s in sources[key]), default=0)
    pull = lambda a, b: (8 if isinstance(a, Lane) and isinstance(b, Lane) else 1) * history[a] ** 4
    middle = {}
    for layer in layers:
        at = 0.0
        for key in layer:
            middle[key] = at + across[key] / 2
            at += across[key] + spread
    for turn in range(ROUNDS):
        forward = turn % 2 == 1
        for layer in layers if forward else reversed(layers):
            wanted, weight = [], []
            for key in layer:
                near = [(middle[s], pull(s, key)) for s in sources[key]] if forward or turn > ROUNDS - 3 else []
                near += [(middle[t], pull(key, t)) for t in targets[key]] if not forward or turn > ROUNDS - 3 else []
                mass = sum(w for _, w in near)
                wanted.append(sum(m * w for m, w in near) / mass if mass else middle[key])
                weight.append(mass or 1e-3)
            apart = [(across[a] + across[b]) / 2 + spread for a, b in zip(layer, layer[1:])]
            middle.update(zip(layer, nearest_apart(wanted, apart, weight)))
    for layer in reversed(layers):  # last, a leaf stands straight before its user; whatever has sources stays
        wanted = [sum(middle[t] for t in targets[key]) / len(targets[key]) if targets[key] and not sources[key] else middle[key]
                  for key in layer]
        apart = [(across[a] + across[b]) / 2 + spread for a, b in zip(layer, layer[1:])]
        middle.update(zip(layer, nearest_apart(wanted, apart, [1e6 if sources[key] else 1.0 for key in layer])))
    least = min((middle[key] - across[key] / 2 for key in middle), default=0.0)
    return {key: middle[key] - least for key in middle}


def nearest_apart(wanted, apart, weight=None):
    """Return places nearest to `wanted` (weighted least squares) of which each lies at least `apart[i]` behind the one before.

    Isotonic regression by pooling adjacent violators (Barlow and others, 1972).

    >>> nearest_apart([0.0, 0.0, 10.0], [2.0, 2.0])
    [-1.0, 1.0, 10.0]
    """
    weight = weight or [1.0] * len(wanted)
    shift, blocks = 0.0, []
    for i, want in enumerate(wanted):
        shift += apart[i - 1] if i else 0.0
        blocks.append([want - shift, weight[i], 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            place, mass, count = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + place * mass) / (before[1] + mass)
            before[1] += mass
            before[2] += count
    places, shift = [], 0.0
    for place, _, count in blocks:
        for _ in range(count):
            shift += apart[len(places) - 1] if places else 0.0
            places.append(place + shift)
    return places


def _place_along(layers, along, gap):
    """Return where each layer begins and how thick it is."""
    thick = [float(max((along.get(key, 0) for key in layer), default=0)) for layer in layers]
    begins, at = [], 0.0
    for each in thick:
        begins.append(at)
        at += each + gap
    return begins, thick


def _routes(chains, layer, along, across, centre, middle, begins, thick):
    """Return the points of each edge: out of the box, to the border of its layer, through the lanes, into the box."""
    leave, enter = _ports(chains, middle, across)
    routes = []
    for number, chain in enumerate(chains):
        source, target = chain[0], chain[-1]
        y = middle[source] + leave[number]
        points = [(centre[source] + along[source] / 2, y), (begins[layer[source]] + thick[layer[source]], y)]
        for lane in chain[1:-1]:
            start = begins[layer[lane]]
            points += [(start, middle[lane]), (start + thick[layer[lane]], middle[lane])]
        y = middle[target] + enter[number]
        points += [(begins[layer[target]], y), (centre[target] - along[target] / 2, y)]
        routes.append(points)
    return routes


def _ports(chains, middle, across):
    """Return, for each edge, how far from the middle of its source it leaves, and of its target it enters; none share a place."""
    leave, enter = [0.0] * len(chains), [0.0] * len(chains)
    for offsets, end, beside in ((leave, 0, 1), (enter, -1, -2)):
        at = defaultdict(list)
        for number, chain in enumerate(chains):
            at[chain[end]].append(number)
        for key, numbers in at.items():
            numbers.sort(key=lambda n: (middle[chains[n][beside]], n))
            pitch = min(LANE, across[key] / len(numbers))
            for place, number in enumerate(numbers):
                offsets[number] = (place - (len(numbers) - 1) / 2) * pitch
    return leave, enter
