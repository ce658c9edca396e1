"""The still picture: an image with its text and a table, which survives a notebook that nobody has run."""

import base64
import sys
from html import escape
from pathlib import Path

from workbook.errors import explain

from .folding import Folding
from .moment import moment_of, structure_only
from .numbers import gradient_lines
from .origin import Recorded
from .replay import Run
from .scene import build
from .svg import Drawing
from .words import Words

FEW = 14  # parts that a picture's text and table name one by one


def picture(result, gradients=False):
    """Return the still picture of how `result` was computed, with the values of every step; with `gradients` also theirs.

    `result` is a Tensor of one element, of any shape without `gradients`. The picture shows in a notebook; `.svg` is its text.
    Raises TypeError for what is no Tensor, RuntimeError for one without a history.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> picture(x * x)
    Picture of x × x: x is 3.0000; × is 9.0000
    """
    origin = Recorded(result, sys._getframe(1), single=gradients)
    trace, why = origin.trace, origin.why_still()
    scene = build(trace, Words(trace), Folding(trace, origin.names.of_module))
    if why or result._array.size != 1:
        return Picture(scene, structure_only(scene, trace, why))
    run = Run(trace)
    if gradients:
        run.go_to(run.total)
    words = Words(run.trace)
    return Picture(scene, _at_rest(moment_of(scene, words, run, len(run.steps)), words, run, gradients))


def _at_rest(moment, words, run, gradients):
    """Return a Moment that is no step on a way: nothing is ringed, and the sentence tells the result."""
    for said in moment.boxes.values():
        said.state = "done" if gradients else "wait"
        said.spoken = said.spoken.removesuffix(", this step")
    moment.wires = {key: (text, "done" if state == "now" else state) for key, (text, state) in moment.wires.items()}
    found = [f"{words.called(part)}.grad is {spaced(chr(10).join(gradient_lines(run.grad(part.key))))}"
             for part in run.trace.leaves if run.grad(part.key) is not None]
    moment.sentence = f"Backward: {'; '.join(found[:FEW])}." if gradients else ""
    return moment


class Picture:
    """A still picture of a graph. `svg` is its text; a notebook shows it as an image with a table beside it."""

    def __init__(self, scene, moment):
        self.scene, self.moment = scene, moment
        self.svg = Drawing(scene, moment).svg(moment, alone=True)

    def __repr__(self):
        return f"Picture of {told(self.scene, self.moment)}"

    def _repr_html_(self):
        return html(self.scene, self.moment, self.svg)

    def save(self, path):
        """Write the picture to a file that ends in .svg. Raises ValueError for another ending."""
        save_svg(self.svg, path)


def save_svg(svg, path):
    """Write an SVG to a file. Raises ValueError where the file does not end in .svg."""
    path = Path(path)
    if path.suffix.lower() != ".svg":
        raise ValueError(explain(
            f"save() writes an .svg, and got {path.name or '.'}",
            "a PNG is made of pixels by a browser: the live view does it, with its button PNG",
            f'write save("{path.stem or "graph"}.svg"): browsers, text processors and LaTeX read it, at any size'))
    path.write_text(svg, encoding="utf-8")


def told(scene, moment):
    """Return a graph in one line of text: `z = 3x²: x is 3.0000; x² is 9.0000; z = × 3 is 27.0000, gradient 1.0000`."""
    parts = []
    for title, _, value, gradient in moment.table[:FEW]:
        slope = f", gradient {gradient}" if gradient not in ("", "–") else ""
        parts.append(f"{title} is {spaced(value)}{spaced(slope)}")
    if len(moment.table) > FEW:
        parts.append(f"and {len(moment.table) - FEW} more")
    return f"{scene.title}: {'; '.join(parts)}"


def spaced(lines):
    """Return several lines of numbers as one line with plain spaces."""
    return ", ".join(" ".join(line.split()) for line in lines.split("\n"))


def html(scene, moment, svg):
    """Return the picture as HTML that an untrusted notebook still shows: an image with its text, the sentence and a table."""
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in moment.table[:FEW])
    if len(moment.table) > FEW:
        rows += f'<tr><td colspan="4">and {len(moment.table) - FEW} more</td></tr>'
    head = "".join(f"<th>{title}</th>" for title in ("part", "from", "value", "gradient"))
    notes = "".join(f"<p>{escape(note)}</p>" for note in (moment.sentence, *scene.notes) if note)
    return (f'{image_html(svg, f"Graph of {told(scene, moment)}")}{notes}'
            f"<details><summary>The same as a table</summary><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>")


def image_html(svg, alt):
    """Return an SVG as an image with its text, in the one form that an untrusted notebook shows."""
    image = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<img alt="{escape(alt, quote=True)}" src="data:image/svg+xml;base64,{image}">'
