"""Still figures by matplotlib: pictures of a batch, and how good a network is at each class."""

import math

from workbook.errors import explain

BLUE, INK = "#0072b2", "#1b1f24"  # as in the views: blue is a value
MOST = 64  # pictures of one figure


def _pyplot(name):
    """Return matplotlib's pyplot, or say how to get it."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(explain(f"{name}() needs the package matplotlib", "it draws the figure", "pip install matplotlib, or python lab.py")) from None
    return pyplot


def show_pictures(images, labels=None, classes=None):
    """See `workbook.widgets.show_pictures`."""
    import numpy as np

    from .watching import _array

    shown = _array(images)
    if shown is None or shown.ndim not in (3, 4) or shown.shape[-3] not in (1, 3) or not shown.size:
        got = "nothing" if shown is not None and not shown.size else f"an array of shape {tuple(shown.shape)}" if shown is not None else f"a {type(images).__name__}"
        raise ValueError(explain(f"show_pictures() got {got}", "it draws a batch of shape (N, 1 or 3, height, width), or one picture without N",
                                 "take a batch: images, labels = next(iter(loader))"))
    shown = shown.reshape(-1, *shown.shape[-3:])
    names = None if labels is None else [_name(label, classes) for label in np.ravel(_array(labels) if _array(labels) is not None else labels).tolist()]
    if names is not None and len(names) != len(shown):
        raise ValueError(explain(f"show_pictures() got {len(shown)} pictures and {len(names)} labels", "each picture has one label", "give both of the same batch"))
    pyplot = _pyplot("show_pictures")
    shown = shown[:MOST].astype(np.float64)
    least, most = shown.min(), shown.max()
    shown = (shown - least) / (most - least if most > least else 1)
    across = min(len(shown), 8)
    down = math.ceil(len(shown) / across)
    figure, axes = pyplot.subplots(down, across, figsize=(1.3 * across, 1.55 * down if names else 1.3 * down), squeeze=False)
    for place, axis in enumerate(axes.flat):
        axis.axis("off")
        if place < len(shown):
            axis.imshow(shown[place].transpose(1, 2, 0).squeeze(), cmap="gray", vmin=0, vmax=1)
            if names:
                axis.set_title(names[place], fontsize=9)
    figure.tight_layout(pad=0.4)
    pyplot.close(figure)  # the cell shows what it returns, and shows it once
    return figure


def per_class_accuracy(net, loader, classes=None):
    """See `workbook.widgets.per_class_accuracy`."""
    from workbook.autograd.modes import no_grad
    from workbook.nn import Module

    from .watching import _array, _names_in, _parts, in_use
    from .watched import Confusion, said_and_right

    if not isinstance(net, Module):
        raise TypeError(explain(f"per_class_accuracy() needs a network first, and got a {type(net).__name__}", "it asks it for scores", "write per_class_accuracy(net, test_loader)"))
    table = Confusion()
    with in_use(net), no_grad():
        for batch in loader:
            inputs, labels = _parts(batch)
            if labels is None:
                raise ValueError(explain("the loader gives inputs without labels", "accuracy compares what the network says with them", "give a loader of (inputs, labels)"))
            answer = said_and_right(_array(net(inputs)), _array(labels))
            if answer is None:
                raise ValueError(explain(f"the network gave shape {tuple(net(inputs).shape)} for labels of shape {tuple(labels.shape)}",
                                         "accuracy needs a score for each class, (N, classes), and whole numbers (N,)", "look at the last layer, and at the labels"))
            table.add(answer[1], answer[0])
    pyplot = _pyplot("per_class_accuracy")
    classes = classes if classes is not None else _names_in(loader)
    came = table.counts.sum(1)
    names = [_name(number, classes) for number in range(len(came))]
    shares = [100 * share if share == share else 0.0 for share in table.each()]
    figure, axis = pyplot.subplots(figsize=(6.4, 0.9 + 0.3 * len(names)))
    axis.barh(names, shares, color=BLUE)
    for place, (share, right, of) in enumerate(zip(shares, table.counts.diagonal().tolist(), came.tolist())):
        axis.text(102, place, f"{share:.0f} %  ({right} of {of})" if of else "did not come", va="center", fontsize=9)
    whole = 100 * table.right / table.of if table.of else 0.0
    axis.axvline(whole, color=INK, linestyle=":", linewidth=1.5)
    axis.set(xlim=(0, 128), xticks=range(0, 101, 25), xlabel=f"right, in percent; dotted: all together, {whole:.1f} %")
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    pyplot.close(figure)
    return figure


def _name(label, classes):
    return str(classes[int(label)]) if classes is not None and 0 <= int(label) < len(classes) else str(label)
