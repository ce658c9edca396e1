"""The still picture: an image with its text and a table, which survives a notebook that nobody has run."""

import base64
import sys
from html import escape

from .folding import Folding
from .moment import moment_of, structure_only
from .names import Names
from .origin import Recorded, check_single
from .replay import Run
from .scene import build
from .sources import names_from_lines
from .svg import Drawing
from .trace import Trace
from .words import Words

FEW = 14  # parts that a picture's text and table name one by one


def picture(result, gradients=False):
    """Return the still picture of how `result` was computed, with the values of every step; with `gradients` also theirs.

    `result` is a Tensor of one element, of any shape without `gradients`. The picture shows in a notebook; `.svg` is its text.
    Raises TypeError for what is no Tensor, RuntimeError for one without a history.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> picture(x * x)
    Picture of x × x: x 3.0000; × 9.0000
    """
    check_single(result)
    frame = sys._getframe(1)
    if gradients or (result.requires_grad and result._array.size == 1):
        origin = Recorded(result, frame)
        trace, why = origin.trace, origin.why_still()
        folding = Folding(trace, origin.names.of_module)
    else:
        names = Names(frame)
        trace = traced(result, names)
        folding = Folding(trace, names.of_module)
        why = "" if trace.recorded else NOT_WATCHED
    words = Words(trace)
    scene = build(trace, words, folding)
    if why:
        return Picture(scene, structure_only(scene, trace, why))
    if result._array.size != 1:
        return Picture(scene, structure_only(scene, trace, "Backward needs one number: this picture shows the forward pass."))
    run = Run(trace)
    if gradients:
        run.go_to(run.total)
    return Picture(scene, moment_of(scene, Words(run.trace), run, run.total if gradients else 0))


class Picture:
    """A still picture of a graph. `svg` is its text; a notebook shows it as an image with a table beside it."""

    def __init__(self, scene, moment):
        self.scene, self.moment = scene, moment
        self.svg = Drawing(scene, moment).svg(moment, alone=True)

    def __repr__(self):
        return f"Picture of {told(self.scene, self.moment)}"

    def _repr_html_(self):
        return html(self.scene, self.moment, self.svg)


def told(scene, moment):
    """Return a graph in one line of text: `z = 3x²: x 3.0000; x² 9.0000; z = × 3 27.0000, gradient 1.0000`."""
    parts = []
    for title, _, value, gradient in moment.table[:FEW]:
        slope = f", gradient {gradient}" if gradient not in ("", "–") else ""
        parts.append(f"{title} {value}{slope}")
    if len(moment.table) > FEW:
        parts.append(f"and {len(moment.table) - FEW} more")
    return f"{scene.title}: {'; '.join(parts)}"


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


def traced(result, names):
    """Return the Trace of any tensor with a history, its parts named."""
    if not result.requires_grad:
        from .origin import check_result

        check_result(result)
    trace = Trace(result)
    names.give(trace)
    names_from_lines(trace)
    return trace


NOT_WATCHED = ("The values are missing: nobody watched when this was computed. "
               "Import workbook.widgets first, and run the computation once more.")
