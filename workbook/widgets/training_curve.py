"""The drawing of a loss curve."""

import math

from .svg import palette

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 14, 40
SMOOTH = 10  # steps over which the thick line is the mean


def curve(losses, earlier, looked_at, alone=False):
    """Return the SVG of a loss curve, the earlier run's behind it in grey, a ring around the step that is looked at.

    `alone` gives the picture its own colours, for a page without the stylesheet.
    """
    across = max(60, round_up(len(losses)), round_up(len(earlier)))
    finite = [x for x in [*losses, *earlier] if math.isfinite(x)]
    first = next(iter(losses or earlier), 2.5)
    top = round_up(min(max([2.4, *finite]), 3 * max(first, 1.0) if math.isfinite(first) else 5))
    at = _Scale(across, top)
    parts = [*_axes(at, across, top)]
    if earlier:
        parts.append(f'<path class="before" d="{at.path(_means(earlier))}"/>')
    if losses:
        parts.append(f'<path class="each" d="{at.path(losses)}"/>')
        parts.append(f'<path class="mean" d="{at.path(_means(losses))}"/>')
        beyond = [k for k, loss in enumerate(losses) if not loss <= top]
        if beyond:
            parts.append(f'<text class="note" x="{at.x(beyond[0]):.1f}" y="{TOP + 10}">▲ beyond the picture from step {beyond[0]}</text>')
    if looked_at is not None and looked_at < len(losses):
        parts.append(f'<circle class="ring" cx="{at.x(looked_at):.1f}" cy="{at.y(losses[looked_at]):.1f}" r="6"/>')
    style = f"<style>{_alone()}</style>" if alone else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-curve" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" data-left="{LEFT}" data-right="{WIDTH - RIGHT}" data-across="{across}" role="img" aria-label="{_told(losses, earlier)}">{style}{"".join(parts)}</svg>')


class _Scale:
    def __init__(self, across, top):
        self.across, self.top = across, top

    def x(self, step):
        return LEFT + (WIDTH - LEFT - RIGHT) * step / self.across

    def y(self, loss):
        inside = min(loss, self.top) if loss == loss else self.top
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * inside / self.top

    def path(self, losses):
        points = [f"{self.x(k):.1f} {self.y(loss):.1f}" for k, loss in enumerate(losses)]
        return "M" + "L".join(points if len(points) > 1 else points * 2)


def _axes(at, across, top):
    bottom = HEIGHT - BOTTOM
    for tick in range(5):
        loss = top * tick / 4
        yield f'<path class="rule" d="M{LEFT} {at.y(loss):.1f}H{WIDTH - RIGHT}"/>'
        yield f'<text class="tick" text-anchor="end" x="{LEFT - 8}" y="{at.y(loss) + 4:.1f}">{loss:g}</text>'
        step = across * tick // 4
        yield f'<text class="tick" text-anchor="middle" x="{at.x(step):.1f}" y="{bottom + 17}">{step}</text>'
    yield f'<text class="note" text-anchor="end" x="{WIDTH - RIGHT}" y="{HEIGHT - 6}">step</text>'
    yield f'<text class="note" x="{LEFT - 44}" y="{HEIGHT - 6}">loss ↑</text>'
    yield (f'<path class="each" d="M{LEFT + 90} {HEIGHT - 10}h22"/><text class="note" x="{LEFT + 117}" y="{HEIGHT - 6}">of each batch</text>'
           f'<path class="mean" d="M{LEFT + 215} {HEIGHT - 10}h22"/><text class="note" x="{LEFT + 242}" y="{HEIGHT - 6}">mean of {SMOOTH}</text>'
           f'<path class="before" d="M{LEFT + 330} {HEIGHT - 10}h22"/><text class="note" x="{LEFT + 357}" y="{HEIGHT - 6}">the run before</text>')


def _means(losses):
    return [sum(losses[max(0, k - SMOOTH + 1):k + 1]) / len(losses[max(0, k - SMOOTH + 1):k + 1]) for k in range(len(losses))]


def round_up(number):
    if number <= 0:
        return 0
    power = 10 ** math.floor(math.log10(number))
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= number)


def _told(losses, earlier):
    if not losses:
        return "Loss curve: no step taken yet."
    text = f"Loss curve of {len(losses)} steps: from {losses[0]:.4f} to {losses[-1]:.4f}"
    return text + (f"; the run before ended at {earlier[-1]:.4f} after {len(earlier)} steps." if earlier else ".")


def _alone():
    return (".rule{stroke:%(rule)s}.tick,.note{font:12px system-ui,sans-serif;fill:%(soft)s}.each,.mean,.before{fill:none}"
            ".each{stroke:%(value)s;stroke-width:1;opacity:.55}.mean{stroke:%(value)s;stroke-width:2.6}"
            ".before{stroke:%(line)s;stroke-width:1.8;stroke-dasharray:2 4}.ring{fill:none;stroke:%(ring)s;stroke-width:2.5}" % palette("light"))
