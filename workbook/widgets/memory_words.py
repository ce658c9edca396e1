"""What the memory map says: who shares memory, where an element lies, what a write did, what changed since the last look."""

import numpy as np

from workbook.printing import element_texts

MANY = 4  # up to so many things are named one by one


def listed(things, many=MANY):
    """Return things as a reader lists them.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    things = list(things)
    if len(things) > many:
        things = [*things[:many - 1], f"{len(things) - many + 1} more"]
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"


def who_shares(shown):
    """Return one line for each memory: which names show it, and which of them are one and the same object."""
    lines = []
    for memory in shown.memories:
        names, apart = [named.name for named in memory.names], []
        for named in memory.names:
            twins = [other.name for other in memory.names if other.given is named.given]
            if twins[0] == named.name and len(twins) > 1:
                apart.append(f"{listed(twins)} are one {kind(named)} with {len(twins)} names")
        if len(names) == 1:
            lines.append(f"{names[0]} has memory {memory.letter} for itself{copy_of(shown, memory.names[0])}.")
        elif apart and len({id(named.given) for named in memory.names}) == 1:
            lines.append(f"{apart[0]}, in memory {memory.letter}.")
        else:
            lines.append(f"{listed(names, 9)} share memory {memory.letter}" + "".join(f"; {text}" for text in apart) + ".")
    return lines


def copy_of(shown, named):
    """Return what tells a copy: the same numbers as under another name, in another memory."""
    for other in shown.names:
        if other.memory is not named.memory and other.array.size > 1 and other.array.shape == named.array.shape \
                and np.array_equal(other.array, named.array, equal_nan=named.array.dtype.kind in "fc" and other.array.dtype.kind in "fc"):
            return f", with the same numbers as {other.name}: a copy"
    return ""


def kind(named):
    """Return what a name stands for."""
    return "Tensor" if named.is_tensor else "NumPy array"


def table(shown):
    """Return a row for each name: name, what it is, shape, strides, offset, memory, writes counted."""
    rows = []
    for named in shown.names:
        version = shown.version(named)
        offset = next(iter(named.covers.values()), range(0, 1))[0]
        rows.append([named.name, kind(named), str(list(named.array.shape)), str(named.strides()), str(offset), named.memory.letter,
                     "not counted" if version is None else str(version)])
    return rows


def about_choice(shown):
    """Return where the chosen element lies, and under which other names it is seen."""
    named = shown.chosen
    if shown.index is None:
        return f"{named.name} has no elements, so it shows no memory."
    text = f"{named.called(shown.index)} is place {shown.place} of memory {named.memory.letter}"
    others = [each for other, each in _elsewhere(shown)]
    if others:
        two = len(others) == 1 and not others[0].endswith(" more)")
        return f"{text}. {listed(others)} {'is' if two else 'are'} the same place: a write to one is seen in {'both' if two else 'all'}."
    return f"{text}. No other name here shows that place."


def _elsewhere(shown):
    """Return (name, element) of everything but the chosen element that lies at its place."""
    found = []
    for named in shown.chosen.memory.names:
        indices = [index for index in named.at(shown.place) if named is not shown.chosen or index != shown.index]
        if indices:
            more = f" (and {len(indices) - 1} more)" if len(indices) > 1 else ""
            found.append((named, named.called(indices[0]) + more))
    return found


def about_write(shown):
    """Return what the last write that was tried did: where it wrote, where it is seen, who counted it."""
    name, index, number = shown.written[shown.done - 1]
    named = shown.find(name)
    memory, places = named.memory, named.covers[index]
    old = element_texts(np.array([shown.before[memory.letter, places[0]]]))[0]
    where = f"place {places[0]}" if len(places) == 1 else f"places {places[0]} to {places[-1]}"
    text = f"{named.called(index)} = {number} wrote {where} of memory {memory.letter}, where {old.removesuffix('.')} stood"
    others = [each for other, each in _elsewhere(shown)]
    text += f". It is seen at once as {listed(others)}" if others else ". No other name sees it"
    tensors = [other for other in memory.names if other.is_tensor]
    if not named.is_tensor and tensors:
        text += f". The version of {listed([other.name for other in tensors])} stays: what NumPy writes is not counted"
    elif named.is_tensor:
        together = [other.name for other in memory.names if shown.counts_with(other, named)]
        text += f". The version of {listed(together)} is now {shown.version(named)}"
    return text + "."


def about_look(old, new):
    """Return what changed between two looks at the student's names."""
    said = []
    for named in new.names:
        known = next((each for each in old.names if each.name == named.name), None)
        if known is None:
            said.append(_about_new(new, named))
        elif known.memory.letter != named.memory.letter:
            said.append(f"{named.name} lies in memory {named.memory.letter} now, not in {known.memory.letter}: the name was given to another "
                        f"{kind(named)}, and memory {known.memory.letter} was not written by that")
    for memory, places in written_between(old, new):
        names = [named for named in memory.names if any(named.at(place) for place in places)]
        where = f"place {places[0]}" if len(places) == 1 else f"places {listed(map(str, places))}"
        said.append(f"{where[0].upper()}{where[1:]} of memory {memory.letter} {'was' if len(places) == 1 else 'were'} written, "
                    f"seen in {listed([named.name for named in names])}")
        said += _about_versions(old, new, [named for named in names if named.is_tensor])
    gone = [named.name for named in old.names if named.name not in new.given]
    if gone:
        said.append(f"{listed(gone)} {'is' if len(gone) == 1 else 'are'} gone")
    return ". ".join(said) + "." if said else "Nothing has changed since the last look."


def _about_new(new, named):
    others = [other.name for other in named.memory.names if other is not named]
    if not others:
        return f"{named.name} is new, in memory {named.memory.letter} of its own{copy_of(new, named)}"
    return f"{named.name} is new, and nothing was copied: it shows memory {named.memory.letter}, as {listed(others)}"


def _about_versions(old, new, tensors):
    stays, moved = [], []
    for named in tensors:
        known = next((each for each in old.names if each.given is named.given), None)
        if known is not None:
            before, after = old.looked[known.name], new.looked[named.name]
            (stays if before == after else moved).append((named.name, before, after))
    said = [f"The version of {listed(name for name, *_ in stays)} stays: NumPy wrote, and that is not counted"] if stays else []
    return said + [f"The version of {name} went from {before} to {after}" for name, before, after in moved]


def written_between(old, new):
    """Return (memory, its places) whose numbers differ between two looks."""
    found = []
    for memory in new.memories:
        known = next((each for each in old.memories if each.letter == memory.letter), None)
        if known is not None and known.copy.shape == memory.copy.shape and known.copy.dtype == memory.copy.dtype:
            size = memory.copy.itemsize
            changed = (known.copy.view(np.uint8) != memory.copy.view(np.uint8)).reshape(-1, size).any(1)
            if changed.any():
                found.append((memory, [int(place) for place in np.flatnonzero(changed)]))
    return found
