"""The commands behind `workbook`: one module each.

A command module has `HELP` (one line), `add_arguments(parser)` and `main(args)`, which returns the exit code. It raises `Refused`
with a sentence where it cannot go on; `workbook.cli` prints the sentence and returns 1.
"""


class Refused(Exception):
    """What is in the way and what to do about it, in one sentence for the student."""

COMMANDS = ("lab", "test", "run", "doctor", "release", "present")
