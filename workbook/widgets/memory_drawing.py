"""The drawing of memories: each a strip of its places, and under it a lane for each name, with a mark wherever the name looks."""

from html import escape
from pathlib import Path

import numpy as np

from workbook.printing import element_texts

from .inspector_drawing import CSS, HIGH, cell, lines_around
from .memory_words import kind
from .svg import DIGIT, own_style

MAP_CSS = Path(__file__).with_name("memory.css")
LABEL = 132          # room for the names, left of the places
ROOM = 610           # width of a line of places
MARK = 20            # height of a mark
STEP = 15            # from one stride to the next, under the marks
WHOLE = 48           # up to so many places a memory is drawn whole


def drawing(shown, live=True):
    """Return the SVG of every memory of a MemoryMap. `live`: with what is chosen and was written, and parts that can be reached."""
    parts, y, width = [], 0, 300
    for memory in shown.memories:
        inside, wide, high = _memory(shown, memory, live)
        parts.append(f'<g transform="translate(0 {y:.1f})">{inside}</g>')
        y, width = y + high + 14, max(width, wide)
    body = "".join(parts)
    if live:
        return (f'<svg class="wb-drawing" viewBox="0 0 {width:.0f} {y:.0f}" width="{width:.0f}" height="{y:.0f}" role="group" '
                f'aria-label="Memories and the names that show them">{body}</svg>')
    width, y = width + 24, y + 16
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{y:.0f}" viewBox="0 0 {width:.0f} {y:.0f}" class="wb-drawing">'
            f'<style>{own_style(CSS, MAP_CSS)}</style><rect class="paper" width="100%" height="100%" rx="8"/><g transform="translate(12 12)">{body}</g></svg>')


def _memory(shown, memory, live):
    total = len(memory.copy)
    parts = [f'<text class="title" x="0" y="14">{escape(memory.title)}</text>']
    if not total:
        return parts[0] + f'<text class="note" x="{LABEL}" y="36">no places: {escape(", ".join(named.name for named in memory.names))}</text>', 360, 44
    texts = element_texts(memory.copy)
    wide = max(44, DIGIT * max(map(len, texts)) + 14, *(6.9 * len(_longest_text(named)) + 20 for named in memory.names))
    per = max(3, min(16, int(ROOM // wide)))
    place = shown.place if shown.chosen.memory is memory and shown.place is not None else 0
    y, written = 26, {at for letter, at in shown.before if letter == memory.letter} if live else set()
    for line in lines_around(total, per, place, WHOLE):
        if line is None:
            parts.append(f'<text class="note" x="{LABEL}" y="{y + 10}">⋯ more places ⋯</text>')
            y += 24
            continue
        first, last = line * per, min(total, line * per + per)
        for at in range(first, last):
            parts.append(_place(shown, memory, at, texts, (LABEL + (at - first) * wide, y, wide), live, at in written))
        y += HIGH + (30 if any(at in written for at in range(first, last)) else 17)
        for named in memory.names:
            inside, high = _lane(shown, named, first, last, wide, live, line == 0)
            if inside:
                parts.append(f'<g transform="translate(0 {y:.1f})">{inside}</g>')
                y += high
        y += 8
    return "".join(parts), LABEL + min(total, per) * wide + 70, y


def _place(shown, memory, at, texts, spot, live, written):
    """Return one place of a memory with its number, and what stood there before a write."""
    x, y, wide = spot
    seen = any(named.at(at) for named in memory.names)
    here = live and shown.chosen.memory is memory and shown.index is not None and at in shown.chosen.covers[shown.index]
    states = (" now" if here else "" if seen else " other") + (" wrote" if written else "")
    old = f'<text class="note was" text-anchor="middle" x="{x + wide / 2:.1f}" y="{y + HIGH + 24}">was {escape(_old(shown, memory, at))}</text>' if written else ""
    return (cell("place", f"{memory.letter}{at}", f"place {at} of memory {memory.letter} holds {texts[at]}", spot, texts[at], "", states)
            + f'<text class="note{" here" if here else ""}" text-anchor="middle" x="{x + wide / 2:.1f}" y="{y + HIGH + 11}">{at}</text>{old}')


def _old(shown, memory, at):
    return element_texts(np.array([shown.before[memory.letter, at]]))[0]


def _lane(shown, named, first, last, wide, live, begins):
    """Return the lane of a name along one line of places, and its height; '' where it shows none of them."""
    marks = {}
    for index, places in named.covers.items():
        for at in places:
            if first <= at < last:
                marks.setdefault(at, []).append(index)
    if not marks:
        return "", 0
    middle = [LABEL + (at - first + .5) * wide for at in sorted(marks)]
    label = f"{kind(named)} {list(named.array.shape)}"
    parts = [f'<text class="title" x="0" y="11">{escape(named.name)}</text><text class="note" x="0" y="25">{escape(label)}</text>',
             f'<path class="flow" d="M{LABEL - 12:.1f} {MARK / 2}H{middle[-1]:.1f}"/>']
    for at, indices in sorted(marks.items()):
        parts.append(_mark(shown, named, at, indices, (LABEL + (at - first) * wide, wide), live))
    strides, depth = _strides(named, first, last, wide)
    return "".join(parts) + strides, max(34, MARK + depth + 8)


def _mark(shown, named, at, indices, spot, live):
    """Return the mark of a name at one place: the index of the element that lies there, or how many of them do."""
    x, wide = spot
    text = _text_of(indices)
    same = shown.chosen.memory is named.memory and shown.index is not None and at in shown.chosen.covers[shown.index]
    now = same and named is shown.chosen
    states = (" now" if now else " same" if same else "") + (" wrote" if (named.memory.letter, at) in shown.before else "") if live else ""
    said = f"{named.called(indices[0])}, place {at} of memory {named.memory.letter}"
    reach = (f' data-name="{escape(named.name, quote=True)}" data-at="{",".join(map(str, indices[0]))}" role="button" tabindex="-1" '
             f'aria-label="{escape(said, quote=True)}" aria-pressed="{str(now).lower()}"') if live else ""
    return (f'<g class="mark cell{states}"{reach}><rect class="face" x="{x + 4:.1f}" y="0" width="{wide - 8:.1f}" height="{MARK}" rx="{MARK / 2}"/>'
            f'<text class="index" text-anchor="middle" x="{x + wide / 2:.1f}" y="14">{text}</text></g>')


def _strides(named, first, last, wide):
    """Return a bracket for each axis, from the first element to the next one along it, and how deep they reach."""
    parts, depth = [], 0
    shape, start = named.array.shape, next(iter(named.covers.values()))[0]
    steps = [(step == 0, abs(step), axis, step) for axis, step in enumerate(named.strides()) if shape[axis] > 1]
    for *_, axis, step in sorted(steps):
        index = tuple(int(each == axis) for each in range(len(shape)))
        end = named.covers[index][0]
        if not (first <= start < last and first <= end < last):
            continue
        y, x0, x1 = MARK + depth + 9, *(LABEL + (at - first + .5) * wide for at in (start, end))
        sign = f"+{step}" if step >= 0 else f"−{-step}"
        text = f"dim {axis}: {sign}" + ("" if step else ", the same place again")
        if step:
            parts.append(f'<path class="flow" d="M{x0:.1f} {MARK + 1}V{y}H{x1:.1f}V{MARK + 5}"/>'
                         f'<path class="flow-head" d="M{x1:.1f} {MARK + 1}l-3.5 6h7z"/>')
        parts.append(f'<text class="note step" x="{max(x0, x1) + 7:.1f}" y="{y + 4}">{text}</text>')
        depth += STEP
    return "".join(parts), depth


def _text_of(indices):
    """Return what a mark says of the elements at one place: the index of the first, and how many more there are.

    >>> _text_of([(0, 1)]), _text_of([()]), _text_of([(2,), (3,), (4,)])
    ('0,1', '()', '2 +2')
    """
    return (",".join(map(str, indices[0])) or "()") + (f" +{len(indices) - 1}" if len(indices) > 1 else "")


def _longest_text(named):
    """Return the longest text of a name's marks."""
    return max((_text_of(named.at(places[0])) for places in named.covers.values() if len(places)), key=len, default="")
