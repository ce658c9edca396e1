"""Python objects between ranks: whatever can be pickled. Only ranks that trust each other exchange them."""

import pickle

import numpy as np

from workbook.distributed.collectives import all_gather, broadcast
from workbook.distributed.groups import member, root_of
from workbook.distributed.messages import recv, send
from workbook.errors import explain
from workbook.tensor import wrap


def all_gather_object(object_list, obj, group=None):
    """Fill a list, which has a place for each rank, with the objects of all ranks.

    Raises IndexError for a list that is too short, ValueError before `init_process_group`, and what pickling raises.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> every = [None]
    >>> torch.distributed.all_gather_object(every, {"loss": 0.5}); every
    [{'loss': 0.5}]
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.all_gather_object
    """
    if (group := member(group, "all_gather_object")) is None:
        return
    if len(object_list) < group.size():
        raise IndexError(explain("list assignment index out of range",
                                 f"there are {group.size()} ranks, and the list has {len(object_list)} places",
                                 "write [None] * dist.get_world_size()"))
    for place, found in enumerate(_from_all(obj, group)):
        object_list[place] = found


def gather_object(obj, object_gather_list=None, dst=None, group=None, group_dst=None):
    """Fill rank `dst`'s list with the objects of all ranks; the other ranks give no list. `dst` is 0 where it is left out.

    Raises as `all_gather_object`, and ValueError where the list is missing, or given in another rank.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> every = [None]
    >>> torch.distributed.gather_object("done", every); every
    ['done']
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.gather_object
    """
    if (group := member(group, "gather_object")) is None:
        return
    here = group.rank() == root_of(group, dst, group_dst, otherwise=group.ranks[0])
    if here and not object_gather_list:
        raise ValueError(explain("Argument ``gather_list`` must be specified on destination rank.", "it gets the objects of all",
                                 "write [None] * dist.get_world_size()"))
    if object_gather_list and not here:
        raise ValueError(explain("Argument ``gather_list`` must NOT be specified on non-destination ranks.",
                                 "only one rank gets something", "write None in the other ranks"))
    found = _from_all(obj, group)
    if here:
        object_gather_list[:len(found)] = found


def broadcast_object_list(object_list, src=None, group=None, device=None, group_src=None):
    """Put the objects of rank `src`'s list into every rank's list, which is as long. Raises as `broadcast`, and what pickling
    raises.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> torch.distributed.broadcast_object_list(["lr", 0.1], src=0)
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.broadcast_object_list
    """
    _check_objects(object_list)
    if (group := member(group, "broadcast_object_list")) is None:
        return
    found = _from_one(list(object_list), root_of(group, src, group_src), group)
    if len(found) != len(object_list):
        raise RuntimeError(explain(f"broadcast_object_list: {len(found)} objects arrived for a list of {len(object_list)}",
                                   "all ranks give a list of the same length", f"write [None] * {len(found)}"))
    object_list[:] = found


def scatter_object_list(scatter_object_output_list, scatter_object_input_list=None, src=None, group=None, group_src=None):
    """Put one object of rank `src`'s list, which has one for each rank, in the first place of each rank's output list.

    Raises as `scatter`, and what pickling raises. `src` is 0 where it is left out.

    >>> import workbook as torch
    >>> torch.distributed.init_process_group("gloo", rank=0, world_size=1)
    >>> mine = [None]
    >>> torch.distributed.scatter_object_list(mine, ["fold 1"]); mine
    ['fold 1']
    >>> torch.distributed.destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.scatter_object_list
    """
    if (group := member(group, "scatter_object_list")) is None:
        return
    if not isinstance(scatter_object_output_list, list) or not scatter_object_output_list:
        raise ValueError(explain("Expected argument scatter_object_output_list to be a list of size at least 1.",
                                 "its first place is filled", "write [None]"))
    root = root_of(group, src, group_src, otherwise=group.ranks[0])
    if group.rank() == root and len(scatter_object_input_list or ()) != group.size():
        raise ValueError(explain("source rank must provide non-None scatter_object_input_list",
                                 f"it has an object for each of {group.size()} ranks", "give it a list of that length"))
    scatter_object_output_list[0] = _from_one(scatter_object_input_list, root, group)[group.rank()]


def send_object_list(object_list, dst=None, group=None, device=None, group_dst=None, use_batch=False):
    """Send the objects of a list to rank `dst`. Raises as `send`, and what pickling raises.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.send_object_list

    >>> send_object_list(3, dst=1)
    Traceback (most recent call last):
    TypeError: objects travel in a list, not in a int
      Why: the list is filled in place
      Fix: write [obj]
    """
    _check_objects(object_list)
    written = _pickled(list(object_list))
    send(wrap(np.array([len(written)])), dst, group, group_dst=group_dst)
    send(wrap(written), dst, group, group_dst=group_dst)


def recv_object_list(object_list, src=None, group=None, device=None, group_src=None, use_batch=False):
    """Fill a list with the objects that rank `src` sends, and return the sender's rank. Raises as `recv`.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.recv_object_list

    >>> recv_object_list(3, src=1)
    Traceback (most recent call last):
    TypeError: objects travel in a list, not in a int
      Why: the list is filled in place
      Fix: write [obj]
    """
    _check_objects(object_list)
    size = wrap(np.array([0]))
    sender = recv(size, src, group, group_src=group_src)
    if sender < 0:
        return sender
    written = wrap(np.empty(size.item(), np.uint8))
    recv(written, sender, group)
    object_list[:] = _read(written)
    return sender


def _from_all(obj, group):
    """Return the objects of all ranks."""
    written = _pickled(obj)
    sizes = [wrap(np.zeros(1, np.int64)) for _ in range(group.size())]
    all_gather(sizes, wrap(np.array([len(written)])), group)
    longest = max(size.item() for size in sizes)
    padded = np.zeros(longest, np.uint8)
    padded[:len(written)] = written
    every = [wrap(np.empty(longest, np.uint8)) for _ in sizes]
    all_gather(every, wrap(padded), group)
    return [_read(part) for part in every]


def _from_one(obj, root, group):
    """Return the object of the group's rank `root`."""
    written = _pickled(obj) if group.rank() == root else np.empty(0, np.uint8)
    size = wrap(np.array([len(written)]))
    broadcast(size, group=group, group_src=root)
    content = wrap(written if group.rank() == root else np.empty(size.item(), np.uint8))
    broadcast(content, group=group, group_src=root)
    return _read(content)


def _pickled(obj):
    return np.frombuffer(pickle.dumps(obj), np.uint8).copy()


def _read(tensor):
    return pickle.loads(tensor._array.tobytes())


def _check_objects(given):
    if not isinstance(given, list):
        raise TypeError(explain(f"objects travel in a list, not in a {type(given).__name__}", "the list is filled in place",
                                "write [obj]"))
