"""The handle that takes a hook away again."""

import itertools
import weakref
from collections import OrderedDict

from workbook.naming import PrintsAsTorch


class RemovableHandle(metaclass=PrintsAsTorch):
    """What registering a hook returns: `remove()` takes the hook away; as a context manager it does so at the end.

    `hooks` is the dictionary that holds the hooks. The handle refers to it weakly, so that a kept handle keeps no module alive.

    >>> from collections import OrderedDict
    >>> hooks = OrderedDict()
    >>> with RemovableHandle(hooks) as handle:
    ...     hooks[handle.id] = print
    >>> len(hooks)
    0

    Source: https://pytorch.org/docs/2.13/generated/torch.utils.hooks.RemovableHandle.html
    """

    torch_name = "torch.utils.hooks.RemovableHandle"
    _ids = itertools.count()

    def __init__(self, hooks):
        self.id = next(self._ids)
        self._hooks = weakref.ref(hooks)

    def remove(self):
        """Take the hook away; doing so twice is no error."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __getstate__(self):
        return self._hooks(), self.id

    def __setstate__(self, state):
        """A copy, or one that was pickled, takes the copied hook away."""
        hooks, self.id = state
        self._hooks = weakref.ref(OrderedDict() if hooks is None else hooks)
        RemovableHandle._ids = itertools.count(max(self.id + 1, next(self._ids)))  # no later hook gets the number of this one

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()
