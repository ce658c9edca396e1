"""Scissors and taps: where the reader lets no gradient through, and the code that would do the same.

Values stay what they are. A cut is `detach()` on one edge; a tap is `torch.no_grad()` around steps. As in the engine, a step of
whose inputs none wants a gradient is no step of the graph.
"""

import re
from dataclasses import dataclass

from .sources import student_line
from .trace import Part


@dataclass(frozen=True)
class Cut:
    """One thing that the reader did: an edge cut at these (key of a step, position of its input), or steps under no_grad()."""

    edges: frozenset = frozenset()
    steps: frozenset = frozenset()


class Cuts:
    """Everything the reader cut, oldest first."""

    def __init__(self):
        self.made = []

    def edge(self, uses):
        """Cut an edge, or put it together again; return whether it is now cut."""
        return self._switch(Cut(edges=frozenset((part.key, position) for part, position in uses)))

    def tap(self, parts):
        """Compute steps under no_grad(), or not any more; return whether they are now."""
        return self._switch(Cut(steps=frozenset(part.key for part in parts if part.kind == "op")))

    def undo(self):
        """Take back the newest."""
        self.made = self.made[:-1]

    @property
    def edges(self):
        """All cut edges."""
        return {edge for cut in self.made for edge in cut.edges}

    @property
    def steps(self):
        """All steps under no_grad()."""
        return {step for cut in self.made for step in cut.steps}

    def _switch(self, cut):
        there = cut in self.made
        self.made = [other for other in self.made if other != cut] + [cut] * (not there)
        return not there

    def apply(self, trace):
        """Take the edges out of the nodes of a trace of its own; return the steps that no gradient reaches, as a set of Parts."""
        edges, steps, wanting, out = self.edges, self.steps, set(trace.leaves), set()
        for part in trace.ops:
            for position, given in enumerate(part.inputs):
                if part.key in steps or (part.key, position) in edges or (isinstance(given, Part) and given not in wanting):
                    part.node.edges[position] = None
            if any(edge is not None for edge in part.node.edges):
                wanting.add(part)
            else:
                out.add(part)
        return out

    def code(self, trace, words):
        """Return the lines of code that would do the same, in the student's own names."""
        by_key = {part.key: part for part in trace.ops}
        blocks = []
        for cut in self.made:
            if cut.steps:
                lines = _lines(by_key[key] for key in sorted(cut.steps, key=lambda key: by_key[key].node.sequence))
                blocks.append("\n".join(["with torch.no_grad():", *(f"    {line}" for line in lines or ["..."])]))
            else:
                blocks += [_detached(by_key[key], position, words) for key, position in sorted(cut.edges)]
        return "\n".join(blocks)


def _lines(parts):
    """The student's lines behind steps, each once, in order."""
    return list(dict.fromkeys(filter(None, (student_line(part.node.record) for part in parts))))


def _detached(part, position, words):
    """The student's line with detach() on one input: `z = x.detach() * y`; a comment where the input has no name in it."""
    given, line = part.inputs[position], student_line(part.node.record)
    earlier = sum(other is given for other in part.inputs[:position])
    start = line.find("=") + 1 if re.match(r"\w+\s*=[^=]", line) else 0
    found = [place for place in re.finditer(rf"(?<![\w.]){re.escape(given.name)}(?![\w(])", line) if place.start() >= start] if given.name else []
    if earlier < len(found):
        end = found[earlier].end()
        return f"{line[:end]}.detach(){line[end:]}"
    return f"# detach() on {words.called(given)}, on its way into {words.called(part)}:\n{line}".rstrip(":\n")
