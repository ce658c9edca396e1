"""The memory map: which names show which memory, and what a write through one of them does to the others."""

import numpy as np
import traitlets

from workbook import dtypes
from workbook.errors import explain
from workbook.tensor import Tensor

from .files import script, styles
from .memory import MemoryMap
from .memory_drawing import MAP_CSS, drawing
from .memory_words import about_choice, about_look, about_write, table, who_shares, written_between
from .inspector_drawing import CSS
from .widget import Still, View

MOST = 1024      # elements of a name
MOST_NAMES = 12  # that are taken where nobody named them
HEAD = ["name", "is a", "shape", "strides", "offset", "memory", "writes counted"]


class MemoryView(View):
    """The widget behind `memory_map`. `written` of its map are writes that were tried on copies; the student's stay as they are."""

    _esm = script("memory.js")
    _css = styles(CSS.name, MAP_CSS.name)
    drawing = traitlets.Unicode().tag(sync=True)

    def __init__(self, named, frame=None):
        super().__init__()
        self._letters = []
        # Names at the top level of a notebook are followed: `n = n + 1` gives n another array, and update() sees it.
        self._variables = frame.f_globals if frame is not None and frame.f_locals is frame.f_globals else None
        self._all = not named
        if not named:
            found = variables({**frame.f_globals, **frame.f_locals} if frame is not None else {})
            if not found:
                raise ValueError(explain("memory_map() found no Tensor and no NumPy array", "it shows the memory of the names around it",
                                         "make one first, or name what to show: memory_map(a=a, n=n)"))
            named = found
        self._map = self._looked_at(named)
        self._say(about_choice(self._map))

    def __repr__(self):
        return f"Memory map. {' '.join(who_shares(self._map))}"

    def still(self):
        """Return the picture that stays when there is no kernel, to be shown in a cell of its own."""
        return Still(drawing(self._map, live=False), f"Memory map. {' '.join(who_shares(self._map))}", HEAD, table(self._map))

    def update(self, **named):
        """Look again, after your code wrote or gave a name to something else, and tell what changed.

        A name at the top level of a notebook is followed by itself; elsewhere pass it again: `update(n=n)`. Writes that were
        tried in the view are forgotten.
        """
        old = self._looked  # as they were then; what was tried since is not in there
        given = {name: self._variables.get(name, value) if name in self._followed else value for name, value in self._map.given.items()}
        given = {name: value for name, value in given.items() if isinstance(value, (Tensor, np.ndarray))}
        if self._all and self._variables is not None:
            given = variables(self._variables)
        given |= named
        self._map = self._looked_at(given)
        for memory, places in written_between(old, self._map):
            kept = next(each for each in old.memories if each.letter == memory.letter)
            self._map.before |= {(memory.letter, place): kept.copy[place].copy() for place in places}
        first = next(iter(self._map.before), None)
        if first is not None:
            memory = next(each for each in self._map.memories if each.letter == first[0])
            named = next((each for each in memory.names if each.at(first[1])), None)
            if named is not None:
                self._map.chosen, self._map.index = named, named.at(first[1])[0]
        self._say(about_look(old, self._map), flash=True)

    def _looked_at(self, named):
        """Return a new map of what the student has now, and remember it as the last look."""
        for name, value in named.items():
            if not isinstance(value, (Tensor, np.ndarray)):
                raise TypeError(explain(f"memory_map() needs Tensors and NumPy arrays, and got a {type(value).__name__} for {name}",
                                        "it shows where their elements lie in memory", "leave it out, or make a tensor of it"))
            array = value._array if isinstance(value, Tensor) else value
            if array.size > MOST or array.dtype.kind not in "biufc":
                what = f"{array.size:,} elements" if array.size > MOST else f"dtype {array.dtype}"
                raise ValueError(explain(f"memory_map() cannot draw {name}: it has {what}",
                                         f"every element is drawn, up to {MOST:,} numbers of a name", "show a smaller one, made in the same way"))
        self._followed = {name for name, value in named.items() if self._variables is not None and self._variables.get(name) is value}
        self._looked = MemoryMap(named, self._letters)
        fresh = MemoryMap(named, self._letters)
        for each in (self._looked, fresh):
            each.looked = {each_name.name: fresh.version(each_name) for each_name in each.names}
        return fresh

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def _act(self, action, name=None, index=None, number=None):
        """Do what a button, a key or a click asks for."""
        shown = self._map
        shown.refused = ""
        if action == "choose":
            shown.choose(name, None if index is None else [int(at) for at in index.split(",") if at])
        elif action in ("left", "right", "up", "down"):
            shown.move(action)
        elif action == "write":
            return self._write(number)
        elif action == "reset":
            self._map = self._looked_at(shown.given)
        else:
            done = {"start": 0, "back": shown.done - 1, "on": shown.done + 1, "end": len(shown.written)}[action]
            shown.go_to(max(0, min(done, len(shown.written))))
            if shown.done:
                return self._say(about_write(shown), flash=action in ("on", "end"))
            return self._say("No write is done: these are your own numbers.")
        return self._say(about_choice(self._map))

    def _write(self, typed):
        shown = self._map
        if shown.index is None:
            return self._say(about_choice(shown))
        try:
            shown.write(typed)
        except Exception as problem:  # the engine's own words, or NumPy's
            text, dtype = str(problem), dtypes.OF_NUMPY.get(shown.chosen.array.dtype, shown.chosen.array.dtype)
            if "Why:" not in text:
                text = explain(text, f"{shown.chosen.name} holds {dtype}", "write a number that fits in there, such as 9")
            shown.refused = f"{type(problem).__name__}: {text}"
            first = text.splitlines()[0].rstrip(".")
            return self._say(f"The write to {shown.chosen.called(shown.index)} is refused. {type(problem).__name__}: {first}. Nothing was written.")
        return self._say(about_write(shown), flash=True)

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _say(self, sentence, flash=False):
        shown = self._map
        with self.hold_sync():
            self.drawing = drawing(shown)
            self.state = {
                "title": "Memory map", "status": _status(shown), "sentence": sentence, "shares": who_shares(shown),
                "head": HEAD, "table": table(shown), "versions": [[*row[:2], row[5], row[6] if row[6].isdigit() else "–"] for row in table(shown)],
                "refused": shown.refused, "flash": flash,
                "names": [named.name for named in shown.names], "name": shown.chosen.name,
                "indices": [",".join(map(str, index)) for index in shown.chosen.covers],
                "index": "" if shown.index is None else ",".join(map(str, shown.index)), "empty": shown.index is None,
                "notes": "A box is a place of memory with its number. The pills under it are the indices by which names reach it, and an arrow is a "
                         "stride: how far it is to the next element along an axis. Writes here are tried on a copy: your own variables stay as they are. After your code wrote, call .update().",
                "can": {"start": shown.done > 0, "back": shown.done > 0, "on": shown.done < len(shown.written),
                        "end": shown.done < len(shown.written), "reset": True}}
            self.seq += 1


def unnamed_refused(given):
    """Refuse what was given to memory_map without a name."""
    if given:
        raise TypeError(explain(f"memory_map() got a {type(given[0]).__name__} without a name", "its picture calls each by its name",
                                "write memory_map(a=a), or memory_map() for all names that stand around the call"))


def _status(shown):
    names, memories = len(shown.names), len(shown.memories)
    done = f", write {shown.done} of {len(shown.written)}" if shown.written else ""
    return f"{names} name{'s' * (names != 1)}, {memories} memor{'ies' if memories != 1 else 'y'}{done}"


def variables(found):
    """Return the Tensors and arrays among variables that a map can draw, the first dozen."""
    shown = {name: value for name, value in found.items() if not name.startswith("_") and isinstance(value, (Tensor, np.ndarray))}
    small = {name: value for name, value in shown.items()
             if (array := value._array if isinstance(value, Tensor) else value).size <= MOST and array.dtype.kind in "biufc"}
    return dict(list(small.items())[:MOST_NAMES])
