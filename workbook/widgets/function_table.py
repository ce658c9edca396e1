"""The functions of lesson 03 that the explorer draws, and what is worth looking at in each."""

from dataclasses import dataclass

import workbook as torch


@dataclass
class Function:
    """A function of one number: the part of the plane that shows it, where it jumps, and one thing to look for."""
    name: str
    across: tuple = (-4.0, 4.0)
    up: tuple = (-4.0, 4.0)
    look: str = ""
    jumps: float | None = None    # it jumps at this place and at every whole step from it
    arguments: tuple = ()         # numbers that the reader chooses: (name, first value)


ELEMENTWISE = [
    Function("exp", (-3, 3), (-1, 9), "The slope is the value itself."),
    Function("log", (-1, 6), (-4, 3), "Left of 0 there is no number: nan, and no error."),
    Function("sqrt", (-1, 6), (-0.5, 3), "Left of 0 there is no number: nan, and no error. At 0 the slope is without bound."),
    Function("square", (-3, 3), (-1, 9), "The slope at x is 2x."),
    Function("abs", (-4, 4), (-1, 4), "At 0 it has a corner; the engine takes slope 0 there."),
    Function("neg", look="The slope is −1 everywhere."),
    Function("reciprocal", look="At 0 it is ∞, and no error."),
    Function("rsqrt", (-0.5, 6), (-0.5, 4), "1 ÷ √x."),
    Function("sigmoid", (-6, 6), (-0.25, 1.25), "Between 0 and 1; the slope is y (1 − y), at most 0.25."),
    Function("tanh", (-4, 4), (-1.5, 1.5), "Between −1 and 1; the slope is 1 − y², at most 1."),
    Function("relu", (-4, 4), (-1, 4), "Left of 0 value and slope are 0; at 0 the engine takes slope 0."),
    Function("erf", (-4, 4), (-1.5, 1.5), "The bell curve's area, from −1 to 1."),
    Function("sin", (-7, 7), (-1.5, 1.5), "The slope of sin is cos."),
    Function("cos", (-7, 7), (-1.5, 1.5), "The slope of cos is −sin."),
    Function("tan", (-5, 5), (-5, 5), "Without bound at odd multiples of π ÷ 2."),
    Function("sinh", (-3, 3), (-9, 9)), Function("cosh", (-3, 3), (-1, 9)), Function("atan", (-6, 6), (-2, 2)),
    Function("asin", (-1.5, 1.5), (-2, 2), "Outside −1 to 1 there is no number."),
    Function("acos", (-1.5, 1.5), (-0.5, 3.5), "Outside −1 to 1 there is no number."),
    Function("exp2", (-3, 3), (-1, 9)), Function("expm1", (-3, 3), (-2, 8)), Function("log1p", (-2, 6), (-4, 3)),
    Function("log2", (-1, 6), (-4, 3)), Function("log10", (-1, 6), (-3, 2)),
    Function("round", look="Halves go to the even neighbour: 0.5 to 0, 1.5 to 2. The slope is 0 everywhere.", jumps=0.5),
    Function("floor", look="Down, also for negative numbers: −1.5 becomes −2.", jumps=0.0),
    Function("ceil", look="Up: −1.5 becomes −1.", jumps=0.0),
    Function("trunc", look="Towards 0: −1.5 becomes −1.", jumps=0.0),
    Function("frac", look="What trunc cuts off; it keeps the sign.", jumps=0.0),
    Function("sign", (-4, 4), (-2, 2), "−1, 0 or 1.", jumps=0.0),
    Function("clamp", look="Cut off below min and above max; there the slope is 0.", arguments=(("min", -1.0), ("max", 2.0))),
]
FUNCTIONS = {each.name: each for each in ELEMENTWISE if hasattr(torch, each.name)}

# Functions over an axis. `kind`: one number takes the place of many; "along" gives as many as came in.
COLLAPSE = "sum mean prod max min amax amin argmax argmin median std var all any logsumexp norm".split()
ALONG = "cumsum cumprod sort argsort softmax log_softmax".split()
REDUCTIONS = [name for name in COLLAPSE + ALONG if hasattr(torch, name)]
NEEDS_AXIS = {"cumsum", "cumprod", "sort", "argsort", "softmax", "log_softmax", "logsumexp", "amax", "amin"}
NO_PAIRS = {"max", "min", "argmax", "argmin", "median", "prod", "all", "any", *ALONG}
SPREADS = {"std", "var"}
ABOUT = {
    "std": "Divides by n − 1 unless correction=0 is given.", "var": "Divides by n − 1 unless correction=0 is given.",
    "median": "Of an even count it is the lower of the two in the middle.", "mean": "Integers have no mean here: make them floats first.",
    "max": "With dim it gives the values and the places where they stand.", "min": "With dim it gives the values and the places where they stand.",
    "argmax": "The place of the largest, counted along dim; over all axes, counted row by row.",
    "argmin": "The place of the smallest, counted along dim; over all axes, counted row by row.",
    "softmax": "Positive shares that add up to 1 along dim.", "sort": "It gives the sorted values, and where each stood.",
    "argsort": "Where each value of the sorted row stood."}
