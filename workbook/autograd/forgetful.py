"""The ctx of what is not recorded."""

import numpy as np


class Forgetful:
    """The `ctx` of an operation that is not recorded: it remembers nothing."""

    xp = np
    needs_input_grad = (False,) * 8

    def save(self, *values):
        pass

    def save_crosswise(self, a, b, first=0):
        pass

    def keep(self, *values):
        pass
