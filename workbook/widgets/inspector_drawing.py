"""The drawing of a tensor: its cells as a grid, a page for each place on the axes before the last two, and its memory as a strip."""

from html import escape
from itertools import product
from pathlib import Path

from workbook.printing import element_texts

from .inspection import WHOLE
from .svg import DIGIT, own_style

CSS = Path(__file__).with_name("places.css")
HIGH = 30            # of a cell
ROOM = 660           # pages stand beside each other up to this width
TOP, LEFT = 40, 58   # for the numbers of columns and rows
GAP = 22             # between pages


def grid(seen, live=True):
    """Return the SVG of all drawn cells of an Inspection."""
    parts, width, height = _grid(seen, live)
    return _svg(parts, width, height, f"Cells of {seen.name}", "group" if live else "img")


def strip(seen, live=True):
    """Return the SVG of the memory of an Inspection: its places in lines, in their order."""
    parts, width, height = _strip(seen, live)
    return _svg(parts, width, height, f"Memory of {seen.name}, place by place", "group" if live else "img")


def both(seen):
    """Return one SVG with cells and memory that brings its own colours, to stand outside a page of ours."""
    above, width, high = _grid(seen, False)
    below, wide, deep = _strip(seen, False)
    width, height = max(width, wide) + 24, high + deep + 74
    title = f'<text class="title" x="12" y="26">{escape(seen.name)}</text><text class="title" x="12" y="{high + 60}">' \
            f'{escape(seen.memory_title())}</text>'
    body = f'<g transform="translate(12 36)">{above}</g><g transform="translate(12 {high + 68})">{below}</g>'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'class="wb-drawing"><style>{own_style(CSS)}</style><rect class="paper" width="100%" height="100%" rx="8"/>{title}{body}</svg>')


def _svg(parts, width, height, label, role):
    return (f'<svg class="wb-drawing" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
            f'role="{role}" aria-label="{escape(label, quote=True)}">{parts}</svg>')


def _grid(seen, live):
    if not seen.indices:
        return f'<text class="note" x="8" y="26">no elements: shape {list(seen.values.shape)}</text>', 260, 44
    wide = max(40, DIGIT * max(map(len, seen.texts.values())) + 18)
    columns = seen.axes[-1] if seen.axes else [0]
    rows = seen.axes[-2] if len(seen.axes) > 1 else [0]
    left = LEFT if len(seen.axes) > 1 else 0
    top = (TOP if seen.axes else 8) + (20 if len(seen.axes) > 2 else 0)
    page_wide, page_high = left + wide * len(columns), top + HIGH * len(rows)
    across = max(1, int(ROOM // (page_wide + GAP)))
    parts, pages = [], list(product(*seen.axes[:-2]))
    for number, page in enumerate(pages):
        x, y = number % across * (page_wide + GAP), number // across * (page_high + GAP)
        if None in page:
            inside = f'<text class="note" x="{left}" y="{top + 18}">⋯ more pages</text>'
        else:
            inside = _page(seen, page, rows, columns, (left, top, wide), live)
        parts.append(f'<g transform="translate({x:.1f} {y:.1f})">{inside}</g>')
    down = (len(pages) - 1) // across + 1
    return "".join(parts), min(len(pages), across) * (page_wide + GAP) - GAP + 4, down * (page_high + GAP) - GAP + 6


def _page(seen, page, rows, columns, place, live):
    """Return one page: the numbers of the axes and the cells."""
    left, top, wide = place
    axes, parts = len(seen.axes), []
    if page:
        parts.append(f'<text class="title" x="{left}" y="15">{escape(seen.name)}[{", ".join(map(str, page))}]</text>')
    if axes:
        parts.append(f'<text class="note" x="{left}" y="{top - 24}">dim {axes - 1} →</text>')
        parts += [f'<text class="note" text-anchor="middle" x="{left + (i + .5) * wide:.1f}" y="{top - 7}">{"⋯" if at is None else at}</text>'
                  for i, at in enumerate(columns)]
    if axes > 1:
        parts.append(f'<text class="note" x="0" y="{top - 7}">dim {axes - 2} ↓</text>')
        parts += [f'<text class="note" text-anchor="end" x="{left - 9}" y="{top + i * HIGH + 19}">{"⋮" if at is None else at}</text>'
                  for i, at in enumerate(rows)]
    for i, j in product(range(len(rows)), range(len(columns))):
        index = (*page, rows[i], columns[j])[-axes:] if axes else ()
        x, y = left + j * wide, top + i * HIGH
        if None in index:
            mark = "⋱" if rows[i] is columns[j] is None else "⋮" if rows[i] is None else "⋯"
            parts.append(f'<text class="note" text-anchor="middle" x="{x + wide / 2:.1f}" y="{y + 19}">{mark}</text>')
        else:
            key, said = ",".join(map(str, index)), f"{seen.called(index)} is {seen.texts[index]}"
            parts.append(cell("at", key, said, (x, y, wide), seen.texts[index], "button" if live else ""))
    return "".join(parts)


def cell(kind, key, said, place, text, role="", states=""):
    """Return one cell: a box of a number. With a `role` it can be reached, and is known to the page by `data-kind=key`."""
    x, y, wide = place
    live = f' data-{kind}="{key}" role="{role}" tabindex="-1" aria-label="{escape(said, quote=True)}"' if role else ""
    return (f'<g class="cell{states}"{live}><rect class="face" x="{x + 1.5:.1f}" y="{y + 1.5:.1f}" width="{wide - 3:.1f}" height="{HIGH - 3}" rx="4"/>'
            f'<text class="value" text-anchor="middle" x="{x + wide / 2:.1f}" y="{y + 19.5:.1f}">{escape(text)}</text></g>')


def _strip(seen, live):
    total = len(seen.memory)
    if not total:
        return '<text class="note" x="8" y="26">no memory</text>', 260, 44
    wide = max(34, DIGIT * max(map(len, _texts(seen, _some(seen)).values())) + 14)
    per = max(4, min(16, int(ROOM // wide)))
    lines = lines_around(total, per, seen.place)
    texts = _texts(seen, [place for line in lines if line is not None for place in range(line * per, min(total, line * per + per))])
    parts, y = [], 0
    for line in lines:
        if line is None:
            parts.append(f'<text class="note" x="8" y="{y + 12}">⋯ more places ⋯</text>')
            y += 22
            continue
        for place in range(line * per, min(total, line * per + per)):
            x = (place - line * per) * wide
            states = " now" if place == seen.place and live else "" if seen.shows(place) else " other"
            said = f"place {place} of the memory holds {texts[place]}" + ("" if seen.shows(place) else f", not in {seen.name}")
            parts.append(cell("place", place, said, (x, y, wide), texts[place], "button" if live else "", states))
            mark = "▲ " if place == seen.place and live else ""
            weight = ' class="note here"' if mark else ' class="note"'
            parts.append(f'<text{weight} text-anchor="middle" x="{x + wide / 2:.1f}" y="{y + HIGH + 11}">{mark}{place}</text>')
        y += HIGH + 20
    return "".join(parts), min(total, per) * wide + 4, y


def _some(seen):
    """The places by which the width of a cell is chosen, the same for every choice of a cell."""
    total = len(seen.memory)
    return range(total) if total <= 4096 else [*range(64), *range(total - 64, total)]


def _texts(seen, places):
    places = list(places)
    return dict(zip(places, element_texts(seen.memory[places])))


def lines_around(total, per, place, whole=WHOLE):
    """Return the numbers of the lines that are drawn, with None where some are left out."""
    last = (total - 1) // per
    if total <= whole:
        return list(range(last + 1))
    here = place // per
    wanted = sorted({0, last, *(line for line in (here - 1, here, here + 1) if 0 <= line <= last)})
    lines = []
    for line in wanted:
        if lines and line != lines[-1] + 1:
            lines.append(None)
        lines.append(line)
    return lines
