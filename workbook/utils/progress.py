"""What a person sees of work that takes long: a bar of tqdm's where that is installed, else a line of text now and then."""

import os
import sys


def progress(what, whole, there=0, unit="B", leave=True):
    """Return a bar that fills from `there` to `whole` (None: not known), for `with`; each `update(count)` moves it on. Raises nothing.

    It is written on the error stream, or shown in the notebook. `leave=False` takes it away when the work is done. Nothing is shown
    where the environment says TQDM_DISABLE=1.

    >>> with progress("figures", 0) as bar:
    ...     bar.update(0)

    Source: https://tqdm.github.io/docs/tqdm
    """
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return Lines(what, whole, there, unit)
    return tqdm(total=whole, initial=there, unit=unit, unit_scale=unit == "B", desc=what, leave=leave)


class Lines:
    """Says on the error stream how far work has come: at each tenth of it, or each 10 MB where its end is not known."""

    def __init__(self, what, whole, there, unit):
        self.what, self.whole, self.there, self.unit = what, whole, there, unit
        self.step = max(whole // 10, 1) if whole else 10_000_000
        self.next = there + self.step

    def __enter__(self):
        return self

    def update(self, count):
        self.there += count
        if (self.there >= self.next or count and self.there == self.whole) and not os.environ.get("TQDM_DISABLE"):
            self.next = self.there + self.step
            of = f" of {self._amount(self.whole)} ({100 * self.there // self.whole}%)" if self.whole else ""
            print(f"{self.what}: {self._amount(self.there)}{of}", file=sys.stderr, flush=True)

    def _amount(self, number):
        return f"{number / 1e6:.1f} MB" if self.unit == "B" else f"{number:,}{self.unit}"

    def __exit__(self, *_):
        pass
