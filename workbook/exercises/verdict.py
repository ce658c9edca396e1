"""What `check` and its companions show: a calm box in a notebook, the same words as plain text elsewhere."""

import html
import re
from dataclasses import dataclass

# sign and colour of each tone; a word always stands beside them
TONES = {
    "passed": ("✓", "var(--jp-success-color1, #1b7a3d)"),
    "open": ("○", "var(--jp-border-color1, #767676)"),
    "not yet": ("△", "var(--jp-warn-color1, #b35900)"),
    "told": ("·", "var(--jp-brand-color1, #0072b2)"),
}
BOX = (
    "border:1px solid var(--jp-border-color2, #c8c8c8);border-left:4px solid {colour};padding:0.4em 0.8em;max-width:48em;"
    "color:var(--jp-content-font-color1, #1a1a1a);background:var(--jp-layout-color1, #ffffff);"
    "font-family:var(--jp-content-font-family, sans-serif)"
)
CODE = "margin:0.3em 0;white-space:pre-wrap;font-family:var(--jp-code-font-family, monospace)"


@dataclass(frozen=True)
class Box:
    """A few lines for the student: `heading`, `lines`, a piece of `code`, a `table` (its first row the header), and texts
    that stay `closed` until they are clicked, as pairs (label, text)."""

    tone: str
    heading: str
    lines: tuple = ()
    code: str = ""
    table: tuple = ()
    closed: tuple = ()

    def __repr__(self):
        parts = [self.heading, *self.lines]
        if self.code:
            parts.append("\n".join("    " + line for line in self.code.splitlines()))
        if self.table:
            widths = [max(map(len, column)) for column in zip(*self.table)]
            parts += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in self.table]
        return "\n".join(parts)

    def _repr_html_(self):
        sign, colour = TONES[self.tone]
        parts = [f'<strong><span aria-hidden="true">{sign}</span> {html.escape(self.heading)}</strong>']
        parts += [f"<div>{_marked(line)}</div>" for line in self.lines]
        if self.code:
            parts.append(f'<pre style="{CODE}">{html.escape(self.code)}</pre>')
        if self.table:
            parts.append(_table(self.table))
        parts += [f"<details><summary>{html.escape(label)}</summary>{_marked(text)}</details>" for label, text in self.closed]
        return f'<div class="workbook-box" style="{BOX.format(colour=colour)}">' + "".join(parts) + "</div>"


@dataclass(frozen=True, repr=False)
class Verdict(Box):
    """What `check` found. `outcome` is "passed", "not attempted" or "not yet"; `message` says why."""

    outcome: str = ""
    message: str = ""

    @property
    def passed(self):
        """True where the answer is right."""
        return self.outcome == "passed"


def _marked(text):
    """The text as HTML, with what stands between backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _table(rows):
    head, *body = rows
    cell = "text-align:left;white-space:nowrap;padding:0.1em 0.8em 0.1em 0"
    header = "".join(f'<th scope="col" style="{cell}">{html.escape(text)}</th>' for text in head)
    lines = "".join("<tr>" + "".join(f'<td style="{cell}">{html.escape(text)}</td>' for text in row) + "</tr>" for row in body)
    return f"<table style='color:inherit;font-size:inherit'><thead><tr>{header}</tr></thead><tbody>{lines}</tbody></table>"
