"""The keys of a network beside those of a state: lines join what fits, and what is missing or too much is said in words."""

import copy
from html import escape

from workbook.errors import explain
from workbook.nn.module import Module
from workbook.tensor import Tensor

from .board import Board, lines_of
from .cells import Picture, shape_text
from .replay import unseen

MOST = 40                 # keys of a side that are drawn
LEFT, TOP, ROW = 20, 62, 30
WIDE, GAP = 310, 140      # width of a column, and what is between the two
KNOWN = ("module.", "_orig_mod.")  # what DataParallel and torch.compile put in front


class KeysView(Board):
    """The widget behind `match_keys`: two columns of keys, and what becomes of the state's when they are renamed."""

    def __init__(self, module, state_dict):
        self.module, self.given = _network(module), _state(state_dict)
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Key matcher: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "choose":
            self.chosen = min(max(int(value), 0), len(self._drawn()) - 1)
        elif action == "set" and id in ("away", "front"):
            setattr(self, id, str(value)[:80])
            self.chosen = None
        elif action == "set" and id == "try":
            self.away, self.front, self.chosen = {**self.suggestions(), "as they are": ("", "")}.get(value, ("", "")) + (None,)
        self.show()

    def _begin(self):
        self.away, self.front, self.chosen = "", "", None

    # ---- what fits -------------------------------------------------------------------------------------------------------

    @property
    def mine(self):
        """What the network asks for, by its keys."""
        return self.module.state_dict()

    def renamed(self):
        """Return the state under the names that the reader gives its keys."""
        return {self.front + key.removeprefix(self.away): value for key, value in self.given.items()}

    def matches(self):
        """Return the keys that both sides have: {key: whether the shapes are the same}."""
        theirs = self.renamed()
        return {key: isinstance(theirs[key], Tensor) and theirs[key].shape == value.shape for key, value in self.mine.items() if key in theirs}

    def suggestions(self):
        """Return changes of the keys that would make more of them fit: {words: (taken away, put in front)}."""
        mine, theirs = [*self.mine], [*self.given]
        found = {}
        for prefix in (*KNOWN, *sorted({key[:len(key) - len(own)] for own in mine for key in theirs if key.endswith(f".{own}")})):
            if prefix and any(key.startswith(prefix) and key.removeprefix(prefix) in mine for key in theirs):
                found[f"take {prefix!r} away"] = (prefix, "")
        for prefix in sorted({key[:len(key) - len(other)] for other in theirs for key in mine if key.endswith(f".{other}")}):
            found[f"put {prefix!r} in front"] = ("", prefix)
        return dict(list(found.items())[:4])

    def answer(self):
        """Return what the engine says of loading the renamed state into a copy of the network, as lines."""
        with unseen():
            try:
                return [str(copy.deepcopy(self.module).load_state_dict(self.renamed()))]
            except Exception as problem:  # whatever it is, a reader of the view wants to know
                return [line for line in lines_of(problem) if not line.startswith(("Missing key", "Unexpected key"))]

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _drawn(self):
        """Return what can be chosen: (side, key), the network's keys and then the state's."""
        return [("net", key) for key in list(self.mine)[:MOST]] + [("state", key) for key in list(self.renamed())[:MOST]]

    def _picture(self, style):
        mine, theirs, fits = self.mine, self.renamed(), self.matches()
        picture, right = Picture(), LEFT + WIDE + GAP
        picture.text(LEFT, 22, type(self.module).__name__, "title")
        picture.text(LEFT, 42, f"{len(mine)} keys that it asks for", "note")
        picture.text(right, 22, "state_dict", "title")
        picture.text(right, 42, f"{len(theirs)} keys that it has" + (", renamed" if self.away or self.front else ""), "note")
        rows = {side: {key: TOP + number * ROW for number, key in enumerate(list(keys)[:MOST])} for side, keys in (("net", mine), ("state", theirs))}
        here = None if self.chosen is None else self._drawn()[self.chosen]
        for key, same in fits.items():
            if key in rows["net"] and key in rows["state"]:
                picture.parts.append(_line(LEFT + WIDE, rows["net"][key] + 12, right, rows["state"][key] + 12, same, here is not None and here[1] == key))
                if not same:
                    picture.text(LEFT + WIDE + GAP / 2, (rows["net"][key] + rows["state"][key]) / 2 + 8, "≠ shape", "label note", "middle")
        for number, (side, key) in enumerate(self._drawn()):
            x, lit = LEFT if side == "net" else right, here is not None and here[1] == key and (here[0] == side or key in fits)
            picture.parts.append(self._key(x, rows[side][key], number, side, key, (mine if side == "net" else theirs)[key], fits, lit))
            if key not in fits:  # the word stands where the line would begin
                picture.text(x + WIDE + 8 if side == "net" else x - 8, rows[side][key] + 16, _alone(side), "label note", "start" if side == "net" else "end")
        for x, keys in ((LEFT, mine), (right, theirs)):
            if len(keys) > MOST:
                picture.text(x, TOP + MOST * ROW + 14, f"and {len(keys) - MOST} more", "note")
        picture.width, picture.height = right + WIDE, TOP + min(MOST, max(len(mine), len(theirs))) * ROW + (14 if max(len(mine), len(theirs)) > MOST else 0)
        return picture.svg(self._told(), style)

    def _key(self, x, y, number, side, key, value, fits, lit):
        look = "copy" if key not in fits else "s1" if fits[key] else "unmeant"
        said = escape(f"{key}, {_kind(value)}, {_alone(side) if key not in fits else 'fits' if fits[key] else 'has another shape on the other side'}", quote=True)
        return (f'<g class="cell {look}{" chosen" if lit else ""}" data-choose="{number}" data-beside="{self._beside(number)}" role="button" '
                f'tabindex="{0 if number == (self.chosen or 0) else -1}" aria-pressed="{"true" if lit else "false"}" aria-label="{said}"><title>{said}</title>'
                f'<rect class="face" x="{x}" y="{y}" width="{WIDE}" height="{ROW - 6}" rx="5"/>'
                f'<text class="number" x="{x + 10}" y="{y + 16}">{escape(_clipped(key, 36 - len(_kind(value))))}</text>'
                f'<text class="code" x="{x + WIDE - 10}" y="{y + 16}" text-anchor="end">{escape(_kind(value))}</text></g>')

    def _beside(self, number):
        """Where ArrowLeft and ArrowRight lead from a key: to the same key on the other side; where it has none, to the same row."""
        drawn = self._drawn()
        side, key = drawn[number]
        other = ("state" if side == "net" else "net", key)
        if other in drawn:
            return drawn.index(other)
        mine = min(len(self.mine), MOST)
        return min(mine + number, len(drawn) - 1) if side == "net" else max(min(number - mine, mine - 1), 0)

    def _told(self):
        mine, theirs, fits = self.mine, self.renamed(), self.matches()
        missing, unexpected = [key for key in mine if key not in fits], [key for key in theirs if key not in fits]
        unequal = [key for key, same in fits.items() if not same]
        if self.chosen is not None:
            side, key = self._drawn()[self.chosen]
            value = (mine if side == "net" else theirs)[key]
            if key not in fits:
                return f"{key} is missing: the network asks for it, and the state has no key of this name." if side == "net" else \
                    f"{key} is unexpected: the state has it ({_kind(value)}), and the network has no place of this name."
            if fits[key]:
                return f"{key} is on both sides, with the shape {_kind(value)}: it fits."
            return f"{key} is on both sides: {_kind(mine[key])} in the network, {_kind(theirs[key])} in the state. It does not fit."
        if not (missing or unexpected or unequal):
            return f"All {len(fits)} keys match: load_state_dict takes the state."
        parts = [f"{len(fits) - len(unequal)} of {len(mine)} keys match."]
        parts += [f"Missing: {_listed(missing)}."] if missing else []
        parts += [f"Unexpected: {_listed(unexpected)}."] if unexpected else []
        parts += [f"Another shape: {_listed(unequal)}."] if unequal else []
        if missing and self.suggestions() and not (self.away or self.front):
            parts.append(f"Try to {next(iter(self.suggestions()))}.")
        return " ".join(parts)

    def _state(self):
        mine, theirs, fits = self.mine, self.renamed(), self.matches()
        rows = [[key, _kind(value), "missing" if key not in fits else _kind(theirs[key]), "fits" if fits.get(key) else "does not"] for key, value in mine.items()]
        rows += [[key, "no place: unexpected", _kind(value), "does not"] for key, value in theirs.items() if key not in fits]
        tried = list(self.suggestions())
        return {
            "label": "key matcher", "title": "net.load_state_dict(state)", "status": f"{sum(fits.values())} of {len(mine)} keys match", "sentence": self._told(),
            "panels": [{"heading": "In code", "lines": [self.code()]}, {"heading": "What the engine says", "lines": self.answer()}],
            "nav": [["reset", "Reset", "reset: the keys as they came", bool(self.away or self.front) or self.chosen is not None]],
            "controls": [{"id": "away", "kind": "text", "label": "take away from the front", "value": self.away},
                         {"id": "front", "kind": "text", "label": "put in front", "value": self.front},
                         *([{"id": "try", "kind": "chips", "label": "rename", "options": ["as they are", *tried]}] if tried else [])],
            "table": {"head": ["key", type(self.module).__name__, "state_dict", ""], "rows": rows}}

    def code(self):
        """Return the line that loads the state as it is renamed."""
        if not (self.away or self.front):
            return "net.load_state_dict(state)"
        key = f"key.removeprefix({self.away!r})" if self.away else "key"
        key = f"{self.front!r} + {key}" if self.front else key
        return f"net.load_state_dict({{{key}: value for key, value in state.items()}})"


def _line(x, y, to_x, to_y, same, lit):
    """A line from key to key: dashed where the shapes differ, thick where one of the two is chosen."""
    kind = "way" if lit and same else "arrow" if same else "miss"
    middle = (x + to_x) / 2
    curve = f"M{x} {y}H{to_x}" if y == to_y else f"M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}"
    return f'<path class="{kind}" fill="none" d="{curve}"/>'


def _alone(side):
    return "missing" if side == "net" else "unexpected"


def _kind(value):
    """A tensor's shape; of anything else the name of its class."""
    return shape_text(value.shape) if isinstance(value, Tensor) else type(value).__name__


def _listed(keys, most=4):
    return ", ".join(keys[:most]) + (f" and {len(keys) - most} more" if len(keys) > most else "")


def _clipped(key, most):
    return key if len(key) <= most else "…" + key[1 - most:]


def _network(module):
    if isinstance(module, type) and issubclass(module, Module):
        raise TypeError(explain(f"match_keys() needs a network, and got the class {module.__name__}", "a class has no weights yet", f"write match_keys({module.__name__}(), state)"))
    if not isinstance(module, Module):
        raise TypeError(explain(f"match_keys() needs a network, and got {type(module).__name__}", "it compares the keys that a Module asks for", "write match_keys(net, state)"))
    return module


def _state(given):
    if isinstance(given, dict) and all(isinstance(key, str) for key in given):
        return dict(given)
    fix = "write match_keys(net, torch.load('net.pt'))"
    if isinstance(given, Module):
        fix = "write match_keys(net, other.state_dict())"
    elif callable(given):
        fix = "write other.state_dict() with its parentheses"
    raise TypeError(explain(f"match_keys() needs a state_dict, and got {type(given).__name__}", "it is a dictionary of tensors by their names", fix))
