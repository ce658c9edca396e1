"""The drawings of a dashboard: two curves, the layers, the pictures and the confusion table. All colours come from the stylesheet."""

import math
from html import escape
from pathlib import Path

from .dashboard_words import layer_rows, name_of, percent, status, table_shown
from .numbers import four, short, ticks
from .svg import own_style
from .training_curve import round_up
from .watched import BINS, recent

CSS = Path(__file__).with_name("dashboard.css")
WIDE, HIGH = 320, 190                    # of a curve
LEFT, RIGHT, TOP, BOTTOM = 42, 10, 12, 40
MOST_ROUNDS, DIGIT = 24, 7               # marks that can be told apart; the width of a digit under the axis
BEYOND = 3                               # a loss of more than so many times the first one leaves the picture
MANY_LAYERS, LAYERS_WIDE, ROW = 9, 650, 38
COLUMNS = 0, 140, 336, 526               # of the layers: the name, weights, gradient, dead units
CELL, MOST_CLASSES, TABLE_WIDE = 22, 20, 300
PICTURE, CARD, CARD_HIGH = 96, 112, 182


def svg(width, height, body, told, alone=False):
    """Return a drawing with its text; `alone` gives it its own colours, to stand outside a page of ours."""
    head = f'<style>{own_style(CSS)}</style><rect class="paper" width="100%" height="100%" rx="8"/>' if alone else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-drawing" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{escape(told, quote=True)}">{head}{body}</svg>')


# ---- curves ------------------------------------------------------------------------------------------------------------------


def loss_curve(dashboard):
    """Return (body, text) of the loss: of each step thin, its running mean thick, the tests as squares."""
    losses = dashboard.curve.losses()
    finite = [loss for loss in losses if math.isfinite(loss)]
    tests = [(each.first + each.batch, each.test_loss) for each in dashboard.rounds if each.test_loss is not None]
    first = finite[0] if finite else 1.0
    seen = [*finite, *(loss for _, loss in tests if math.isfinite(loss))]
    top = round_up(min(max(seen, default=2.4), BEYOND * first if first > 0 else math.inf)) or 1.0
    body = "".join(_curve(dashboard, losses, tests, top, [(tick, short(tick)) for tick in ticks(0, top, 5)], "loss"))
    return body, f"Loss. {_told_curve(dashboard, losses, tests, four)}"


def accuracy_curve(dashboard):
    """Return (body, text) of the share of right answers."""
    shares = dashboard.curve.accuracies()
    tests = [(each.first + each.batch, each.test.right / each.test.of) for each in dashboard.rounds if each.test is not None and each.test.of]
    marks = [(tick / 4, f"{25 * tick} %") for tick in range(5)]
    if not any(share == share for share in shares):
        return f'<text class="note" x="{LEFT}" y="40">{"no classes to count" if shares else "no step yet"}</text>', "Accuracy: nothing to count."
    return "".join(_curve(dashboard, shares, tests, 1.0, marks, "right")), f"Accuracy. {_told_curve(dashboard, shares, tests, percent)}"


def _curve(dashboard, points, tests, top, marks, name):
    across = max(20, round_up(dashboard.steps))
    bottom, right = HIGH - BOTTOM, WIDE - RIGHT

    def x(step):
        return LEFT + (right - LEFT) * step / across

    def y(number):
        return bottom - (bottom - TOP) * (top if number != number else max(0.0, min(number, top))) / top

    def path(numbers):
        placed = [f"{x((place + 1) * dashboard.curve.width):.1f} {y(number):.1f}" for place, number in enumerate(numbers) if number == number]
        return "M" + "L".join(placed if len(placed) > 1 else placed * 2) if placed else ""

    for tick, text in marks:
        yield f'<path class="rule" d="M{LEFT} {y(tick):.1f}H{right}"/><text class="tick" x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{text}</text>'
    for tick in ticks(0, across, 4):
        over = x(tick) + DIGIT * len(f"{tick:,.0f}") / 2 - WIDE + 1  # the last one may not end where the picture does
        yield f'<text class="tick" x="{x(tick) - max(over, 0):.1f}" y="{bottom + 15}" text-anchor="middle">{tick:,.0f}</text>'
    if len(dashboard.rounds) <= MOST_ROUNDS:
        for each in dashboard.rounds[1:]:
            yield f'<path class="round" d="M{x(each.first):.1f} {TOP}V{bottom}"/>'
    for step, _, after in dashboard.marks:
        yield f'<path class="moved" d="M{x(step):.1f} {TOP}V{bottom}"/>'
    if dashboard.marks and name == "loss":
        step, _, after = dashboard.marks[-1]
        near = x(step) > right - 70
        around = [y(number) for place, number in enumerate(points) if number == number and abs(x((place + 1) * dashboard.curve.width) - x(step)) < 70]
        free = TOP + 9 if min(around, default=bottom) > TOP + 24 else bottom - 6  # over the curve, or under it
        yield f'<text class="note label" x="{x(step) + (-4 if near else 4):.1f}" y="{free}" text-anchor="{"end" if near else "start"}">lr {short(after)}</text>'
    yield f'<path class="each" d="{path(points)}"/><path class="mean" d="{path(recent(points, max(2, len(points) // 20)))}"/>'
    beyond = [place for place, number in enumerate(points) if number > top or name == "loss" and number != number]
    if beyond:
        yield f'<text class="note label" x="{min(x(beyond[0] * dashboard.curve.width), right - 130):.1f}" y="{TOP + 22}">▲ beyond the picture</text>'
    if tests:
        yield f'<path class="tested" d="M{"L".join(f"{x(step):.1f} {y(number):.1f}" for step, number in tests)}"/>'
    side = 8 if len(tests) <= MOST_ROUNDS else 4
    for step, number in tests if len(tests) <= 4 * MOST_ROUNDS else tests[-1:]:
        yield f'<rect class="test" x="{x(step) - side / 2:.1f}" y="{y(number) - side / 2:.1f}" width="{side}" height="{side}"/>'
    low = HIGH - 5
    yield (f'<path class="each" d="M{LEFT} {low - 4}h16"/><text class="note" x="{LEFT + 20}" y="{low}">steps</text>'
           f'<path class="mean" d="M{LEFT + 62} {low - 4}h16"/><text class="note" x="{LEFT + 82}" y="{low}">their mean</text>'
           f'<text class="note" x="{right}" y="{low}" text-anchor="end">step →</text>')
    if dashboard.test is not None:
        yield f'<rect class="test" x="{LEFT + 160}" y="{low - 8}" width="8" height="8"/><text class="note" x="{LEFT + 173}" y="{low}">test</text>'


def _told_curve(dashboard, points, tests, written):
    if not points:
        return "No step yet."
    told = f"{dashboard.steps} steps of training: from {written(points[0])} to {written(points[-1])}."
    return told + (f" Tests: {', '.join(written(number) for _, number in tests)}." if tests else "")


# ---- layers ------------------------------------------------------------------------------------------------------------------


def layers(dashboard):
    """Return (height, body, text): a row for each layer, its weights in blue, their gradient dashed, and the units that are dead."""
    shown = [layer for layer in dashboard.layers if len(layer.shape) > 1] or dashboard.layers
    if not shown:
        return 40, '<text class="note" x="0" y="24">no step yet</text>', "Layers: no step yet."
    more = max(0, len(shown) - MANY_LAYERS)
    if more:
        shown = [*shown[:MANY_LAYERS // 2 + 1], *shown[-(MANY_LAYERS // 2):]]
    dead = {each.behind: each for each in dashboard.dead}
    parts = [f'<text class="note" x="{x}" y="12">{text}</text>' for x, text in zip(COLUMNS, ("layer", "weights", "∇ gradient", "dead: all 0 in batch"))]
    for place, layer in enumerate(shown):
        parts += _layer(layer, dead.get(layer.name.rpartition(".")[0] or layer.name), 20 + place * ROW)
    height = 24 + len(shown) * ROW
    if more:
        parts.append(f'<text class="note" x="0" y="{height + 8}">and {more} more in between: they are in the table</text>')
        height += 16
    told = "; ".join(f"{row[0]}, {row[1]}: size {row[2]}, gradient {row[3]}" for row in layer_rows(dashboard)[:MANY_LAYERS])
    gone = "; ".join(f"{each.dead} of {each.of} units behind {each.behind} are 0 for the whole batch" for each in dashboard.dead)
    return height, "".join(parts), f"Layers. {told}. {gone}{'.' if gone else ''}"


def _layer(layer, dead, y):
    name = layer.name.rpartition(".")[0] or layer.name
    shape = " × ".join(map(str, layer.shape))
    _, weights, gradient, units = COLUMNS
    yield (f'<text class="title small" x="0" y="{y + 14}">{escape(name if len(name) <= 18 else "…" + name[-17:])}</text>'
           f'<text class="note" x="0" y="{y + 29}">{shape}</text>')
    yield from _bars(layer.weights, weights, y, "weights", "")
    if layer.gradient is not None:
        yield from _bars(layer.gradient, gradient, y, "gradient", "∇ ")
    if dead is not None:
        share = dead.dead / dead.of
        yield (f'<rect class="empty" x="{units}" y="{y + 6}" width="80" height="9"/><rect class="dead" x="{units}" y="{y + 6}" width="{80 * share:.1f}" height="9"/>'
               f'<text class="tick" x="{units}" y="{y + 29}">{dead.dead} of {dead.of} units</text>')


def _bars(found, x, y, kind, mark):
    """A histogram from -reach to reach; the heights are of the square root, so that the few far out are seen, too."""
    high, step = 20, 90 / BINS
    most = max(found.counts) or 1
    heights = [high * math.sqrt(count / most) for count in found.counts]
    outline = f"M{x} {y + high + 2}" + "".join(f"V{y + high + 2 - tall:.1f}h{step:.2f}" for tall in heights) + f"V{y + high + 2}Z"
    yield f'<path class="{kind}" d="{outline}"/><path class="axis" d="M{x + 45} {y + high + 2}v4"/>'
    text = f"{mark}{found.broken} nan or inf" if found.broken else f"{mark}± {three(found.reach)}"
    yield f'<text class="tick {"grad" if mark else "value"}" x="{x + 98}" y="{y + 12}">{text}</text>'
    yield f'<text class="tick" x="{x + 98}" y="{y + 26}">size {three(found.size)}</text>'


def three(number):
    """Return a number with three digits that count, as it stands beside a histogram.

    >>> three(0.20734), three(17766123.0), three(0.0), three(float("inf"))
    ('0.207', '1.78e+07', '0', '∞')
    """
    return short(float(f"{number:.3g}"))


# ---- pictures ----------------------------------------------------------------------------------------------------------------


def pictures(dashboard):
    """Return a list of (body, text), one for each picture: the picture, its class, and the three highest probabilities."""
    return [(_card(dashboard, seen), _told_card(dashboard, seen)) for seen in dashboard.pictures or []]


def _told_card(dashboard, seen):
    best = ", ".join(f"{name_of(dashboard, number)} {percent(share)}" for number, share in seen.best)
    return f"{name_of(dashboard, seen.right)}; {'right' if seen.best[0][0] == seen.right else 'wrong'}: {best}"


def _card(dashboard, seen):
    right, high = seen.best[0][0] == seen.right, PICTURE if seen.png else 0
    parts = [f'<rect class="{"face" if right else "face wrong"}" x="1" y="1" width="{CARD - 2}" height="{CARD_HIGH - 2}" rx="6"/>']
    if seen.png:
        parts.append(f'<image href="{seen.png}" x="8" y="8" width="{PICTURE}" height="{PICTURE}" style="image-rendering:pixelated"/>')
    parts.append(f'<text class="answer" x="8" y="{high + 23}">{"✓" if right else "✗"} is {_clipped(name_of(dashboard, seen.right), 10)}</text>')
    for place, (number, share) in enumerate(seen.best):
        y = high + 31 + place * 17
        parts.append(f'<rect class="share" x="8" y="{y}" width="{max(0.5, (CARD - 16) * (share if share == share else 0)):.1f}" height="14" rx="2"/>'
                     f'<text class="{"answer own" if number == seen.right else "answer"}" x="11" y="{y + 11}">{_clipped(name_of(dashboard, number), 8)}</text>'
                     f'<text class="answer" x="{CARD - 10}" y="{y + 11}" text-anchor="end">{f"{100 * share:.0f} %" if share == share else "nan"}</text>')
    return "".join(parts)


def _clipped(name, letters):
    return escape(name if len(name) <= letters else name[:letters - 1] + "…")


# ---- the confusion table -----------------------------------------------------------------------------------------------------


def confusion(dashboard):
    """Return (width, height, body, text): a row for each class, a column for what it was taken for."""
    table, of_what = table_shown(dashboard)
    if table is None:
        return TABLE_WIDE, 40, '<text class="note" x="0" y="24">nothing counted yet</text>', "Confusion table: nothing counted yet."
    count = min(len(table.counts), MOST_CLASSES)
    names = [name_of(dashboard, number) for number in range(count)]
    left = 8 + min(10, max(map(len, names))) * 7
    most = max(int(table.counts.max()), 1)
    slanted = max(map(len, names)) > 2
    top = 64 if slanted else 34
    parts = [f'<text class="note" x="0" y="12">{escape(of_what)}: {table.right:,} of {table.of:,} right</text>']
    for number, name in enumerate(names):
        middle = left + CELL * (number + 0.5)
        turn = f'transform="rotate(-45 {middle:.1f} {top - 6})" text-anchor="start"' if slanted else 'text-anchor="middle"'
        parts.append(f'<text class="tick" x="{middle:.1f}" y="{top - 6}" {turn}>{_clipped(name, 8 if slanted else 3)}</text>'
                     f'<text class="tick" x="{left - 6}" y="{top + CELL * (number + 0.5) + 4:.1f}" text-anchor="end">{_clipped(name, 10)}</text>')
        for column in range(count):
            times = int(table.counts[number, column])
            deep = 0 if not times else 1 + min(4, int(4.999 * math.sqrt(times / most)))
            kind = ("hit" if number == column else "miss") + f" d{deep}"
            parts.append(f'<rect class="{kind}" x="{left + CELL * column}" y="{top + CELL * number}" width="{CELL - 2}" height="{CELL - 2}" rx="3"/>')
            if times:
                text = str(times) if times < 1000 else f"{times / 1000:.0f}k" if times < 1_000_000 else "…"
                parts.append(f'<text class="count{" own" if number == column else ""}" x="{left + CELL * (column + 0.5) - 1:.1f}" '
                             f'y="{top + CELL * (number + 0.5) + 3:.1f}" text-anchor="middle">{text}</text>')
    more = len(table.counts) - count
    height = top + CELL * count + (18 if more else 2)
    if more:
        parts.append(f'<text class="note" x="0" y="{height - 4}">and {more} more classes: they are in the table</text>')
    return max(left + CELL * count + 26, TABLE_WIDE), height, "".join(parts), f"Confusion table, {of_what}: {table.right} of {table.of} right."


# ---- all together ------------------------------------------------------------------------------------------------------------


def whole(dashboard):
    """Return (svg, text) of everything, with its own colours: the still picture."""
    loss, accuracy, (tall, rows, told_rows) = loss_curve(dashboard), accuracy_curve(dashboard), layers(dashboard)
    wide, high, table, told_table = confusion(dashboard)
    seen = pictures(dashboard)
    width = LAYERS_WIDE + wide + 32
    parts = [f'<text class="title" x="16" y="26">Training</text><text class="note" x="88" y="26">{escape(status(dashboard))}</text>']
    for place, (title, body) in enumerate((("Loss", loss[0]), ("Accuracy", accuracy[0]))):
        parts.append(f'<g transform="translate({16 + place * (WIDE + 10)} 60)"><text class="title small" x="0" y="-6">{title}</text>{body}</g>')
    below = 60 + HIGH + 30
    parts.append(f'<g transform="translate(16 {below})"><text class="title small" x="0" y="-6">Layers</text>{rows}</g>')
    parts.append(f'<g transform="translate({LAYERS_WIDE + 24} 60)"><text class="title small" x="0" y="-6">What was taken for what</text>{table}</g>')
    bottom = max(below + tall, 60 + high) + 12
    if seen:
        parts.append(f'<text class="title small" x="16" y="{bottom + 12}">What the network says</text>')
        each = min(len(seen), int((width - 10) // (CARD + 6)))
        parts += [f'<g transform="translate({16 + place * (CARD + 6)} {bottom + 20})">{body}</g>' for place, (body, _) in enumerate(seen[:each])]
        bottom += 24 + CARD_HIGH
    told = " ".join([loss[1], accuracy[1], told_table, told_rows, *(f"Picture of {text}." for _, text in seen)])
    return svg(width, bottom + 10, "".join(parts), told, alone=True), told
