"""How the rows of the table of cases become examples: always the same few every day, and new ones by hypothesis with `--full`.

Hypothesis finds the smallest example that fails, and takes longer to think of one than both libraries take to compute it.
"""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import FULL

EVERY_DAY = settings().max_examples


def drawn(one_in):
    """Return the decorator of a test of (row, pick), which makes it one of (row): every day with one in so many of the profile's examples.

    `pick` chooses from a sequence, as `Row.example` wants it.
    """
    def decorate(test):
        def every_day(row):
            chance = random.Random(f"{test.__name__} of {row.text}")
            for _ in range(EVERY_DAY // one_in):
                test(row, lambda options: options[int(chance.random() * len(options))])

        @given(data=st.data())
        def full(row, data):
            test(row, lambda options: data.draw(st.sampled_from(options)))

        chosen = full if FULL else every_day
        chosen.__name__, chosen.__doc__, chosen.__module__ = test.__name__, test.__doc__, test.__module__
        return chosen

    return decorate
