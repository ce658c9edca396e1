"""A dashboard in words: the sentence that a screen reader hears, the line of a round, and the tables."""

import math

from .numbers import four, short
from .watched import recent

LATELY = 20  # points of the curve that "lately" means


def lately(dashboard):
    """Return (mean loss, share of right answers or nan, steps) of the last points of the curve."""
    curve = dashboard.curve
    losses, shares = curve.losses()[-LATELY:], [share for share in curve.accuracies()[-LATELY:] if share == share]
    steps = min(curve.steps, LATELY * curve.width)
    return recent(losses, LATELY)[-1] if losses else math.nan, sum(shares) / len(shares) if shares else math.nan, steps


def percent(share):
    """Return a share as a reader says it.

    >>> percent(0.8765), percent(float("nan"))
    ('87.6 %', '–')
    """
    return f"{100 * share:.1f} %" if share == share else "–"


def name_of(dashboard, number):
    """Return the name of a class; its number where it has none."""
    return dashboard.classes[number] if 0 <= number < len(dashboard.classes) else str(number)


def sentence(dashboard):
    """Return how things stand, in a sentence or three."""
    steps = dashboard.steps
    said = {"ready": "Nothing has been trained yet.", "running": "" if steps else "The loop has begun.", "between": "" if steps else "The loop made no step.", "left": f"The loop left the loader after step {steps}.",
            "testing": f"Testing after round {len(dashboard.rounds)}.", "paused": f"Held before step {steps}: look, change the learning rate, take a step, or go on.",
            "done": f"Done: {_times(len(dashboard.rounds), 'round')}, {_times(steps, 'step')}.",
            "stopped": f"Stopped after {_times(steps, 'step')}: the loader gives no more batches.",
            "interrupted": f"Interrupted after {_times(steps, 'step')}. The network keeps what it has learned; run the loop again to go on.",
            "failed": f"The cell ended with {dashboard.ended_by} after {_times(steps, 'step')}."}[dashboard.state]
    parts = [said, dashboard.began_to_break] if dashboard.began_to_break else [said, _stand(dashboard) if steps else "", _tested(dashboard)]
    return " ".join(filter(None, [*parts, _rate_moved(dashboard)]))


def _stand(dashboard):
    loss, share, steps = lately(dashboard)
    told = f"Round {dashboard.rounds[-1].number}, step {dashboard.steps}: over the last {_times(steps, 'step')} the loss is {four(loss)}"
    return told + (f", and {percent(share)} are right." if share == share else ".")


def _tested(dashboard):
    tested = [each for each in dashboard.rounds if each.test_loss is not None]
    if not tested:
        return ""
    last = tested[-1]
    told = f"Test after round {last.number}: loss {four(last.test_loss)}"
    if not last.test.of:
        return told + "."
    told += f", {percent(last.test.right / last.test.of)} right."
    mistake = last.test.most_mistaken()
    if mistake:
        row, column, often = mistake
        told += f" The commonest mistake: {name_of(dashboard, row)} taken for {name_of(dashboard, column)}, {_times(often, 'time')}."
    return told


def _rate_moved(dashboard):
    if not dashboard.marks or dashboard.marks[-1][0] != dashboard.steps:
        return ""
    step, before, after = dashboard.marks[-1]
    return f"From step {step} on the learning rate is {short(after)}, before it was {short(before)}."


def _times(many, what):
    return f"{many:,} {what}{'s' * (many != 1)}"


def status(dashboard):
    """Return the few words beside the title."""
    words = {"ready": "not begun", "between": "running", "left": "running"}.get(dashboard.state, dashboard.state)
    if not dashboard.rounds:
        return words
    now = dashboard.rounds[-1]
    of = f" of {now.batches}" if now.batches is not None else ""
    return f"{words} · round {now.number} · batch {now.batch}{of} · step {dashboard.steps}"


def round_line(dashboard, now):
    """Return a round in one line, for a terminal."""
    table = now.table
    line = f"round {now.number}: {_times(now.batch, 'batch').replace('batchs', 'batches')}, loss {now.mean():.4f}"
    if table.of:
        line += f", right {percent(table.right / table.of)}"
    if now.test_loss is not None:
        line += f"; test loss {now.test_loss:.4f}" + (f", right {percent(now.test.right / now.test.of)}" if now.test.of else "")
    return line + (f". {dashboard.began_to_break}" if dashboard.began_to_break else "")


def rows(dashboard):
    """Return the rows of the table of now: [name, number]."""
    found = []
    if dashboard.steps:
        loss, share, steps = lately(dashboard)
        found += [["loss, training", four(loss)], ["right, training", percent(share)]]
    tested = [each for each in dashboard.rounds if each.test_loss is not None]
    if dashboard.test is not None:
        last = tested[-1] if tested else None
        found += [["loss, test", four(last.test_loss) if last else "after the round"],
                  ["right, test", percent(last.test.right / last.test.of) if last and last.test.of else "–"]]
    return [*found, ["learning rate", short(dashboard.rate)]]


def table_shown(dashboard):
    """Return (Confusion or None, what it counts): the last test's, or that of the round so far."""
    for each in reversed(dashboard.rounds):
        if each.test is not None and each.test.of:
            return each.test, f"test after round {each.number}"
    for each in reversed(dashboard.rounds):  # a round that has just begun has counted nothing yet
        if each.table.of:
            return each.table, f"training, round {each.number}{'' if each.ended else ' so far'}"
    return None, ""


def class_rows(dashboard):
    """Return a row for each class: how many of it were right, and what it was taken for most often."""
    table, _ = table_shown(dashboard)
    if table is None:
        return []
    found = []
    for number, (counts, share) in enumerate(zip(table.counts, table.each())):
        others = [(int(count), other) for other, count in enumerate(counts) if other != number and count]
        often, other = max(others, default=(0, None))
        found.append([name_of(dashboard, number), f"{int(counts[number])} of {int(counts.sum())}", percent(share),
                      f"{name_of(dashboard, other)}, {_times(often, 'time')}" if often else "nothing else"])
    return found


def layer_rows(dashboard):
    """Return a row for each parameter: its shape, the size of its numbers and of its gradient."""
    found = []
    for layer in dashboard.layers:
        gradient = f"∇ {short(layer.gradient.size)}" if layer.gradient is not None else "∇ –"
        found.append([layer.name, " × ".join(map(str, layer.shape)) or "one number", short(layer.weights.size), gradient])
    return found


def dead_rows(dashboard):
    """Return a row for each ReLU: how many of its units were 0 for the whole batch."""
    return [[f"ReLU behind {each.behind}", f"{each.dead} of {each.of}"] for each in dashboard.dead]
