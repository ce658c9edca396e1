"""What a view shows, apart from how it is drawn: the still picture, the live view, the table and the tests read the same model."""

from dataclasses import dataclass, field


@dataclass
class Box:
    """One box. `kind`: leaf, constant, op, result or fold; `parts` are the Parts in it, `face` the one whose numbers it shows.

    `of` is the key of the box that this one repeats: a shared leaf is drawn again, as a ghost, near each far use.
    """

    key: str
    kind: str
    title: str
    note: str
    parts: list
    face: object
    of: str = None
    folds: str = None  # the key of the group that a click opens

    @property
    def ghost(self):
        """Whether this box repeats another."""
        return self.of is not None


@dataclass
class Wire:
    """One edge: what flows from box `source` to box `target`. `uses` lists (Part, position of the input) it stands for."""

    key: str
    source: str
    target: str
    uses: list


@dataclass
class Scene:
    """A graph as it is to be drawn: which boxes and wires, and whether from left to right or `down` the page."""

    title: str
    boxes: list
    wires: list
    down: bool
    groups: list = field(default_factory=list)  # (key, title, open?, how many parts) of each module that can be folded
    notes: list = field(default_factory=list)   # what the reader must be told about this picture


@dataclass
class Said:
    """What a box says at one moment. `state`: wait, done or now (the step under discussion); `spoken` is for screen readers."""

    value: list
    gradient: list
    state: str
    spoken: str
    mark: str = None  # what stands at its corner where two runs are compared


@dataclass
class Moment:
    """Everything that changes from step to step: the words of each box and wire, the sentence, the side panel, the table."""

    boxes: dict
    wires: dict  # key: (text, state), state being wait, flow, now, came (it arrived at this step), done or cut
    status: str
    sentence: str
    panel: dict
    table: list
    strengths: dict = field(default_factory=dict)  # key of a wire: (width from 0 to 5, sign) of the gradient that went along it
