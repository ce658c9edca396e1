"""The command `workbook`: finds the command that is asked for and hands it its arguments."""

import argparse
import errno
import importlib
import sys

from workbook.commands import Refused
from workbook.version import __version__

EXAMPLES = {
    "lab": "workbook lab 05",
    "test": "workbook test tests/nn",
    "run": "workbook run train.py --epochs 3",
    "doctor": "workbook doctor",
    "release": "workbook release 05",
    "present": "workbook present 05",
}


def main(arguments=None):
    """Run one command and return its exit code: 0 where all went well.

    >>> main(["--version"])
    Traceback (most recent call last):
    SystemExit: 0
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    args = parser_for(arguments[0] if arguments else None).parse_args(arguments)
    try:
        return args.main(args)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
    except OSError as error:
        print(sentence_about(error), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def parser_for(asked):
    """Return the parser. A command that is not asked for is not imported, so that each starts as fast as it can."""
    parser = argparse.ArgumentParser(
        prog="workbook", description="An engine small enough to read, and the lessons that open it up.",
        epilog="`workbook COMMAND --help` tells more about one of them.",
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"workbook {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in [asked] if asked in EXAMPLES else EXAMPLES:
        module = importlib.import_module(f"workbook.commands.{name}")
        command = commands.add_parser(
            name, help=module.HELP, description=f"{module.HELP[0].upper()}{module.HELP[1:]}.", epilog=f"example:  {EXAMPLES[name]}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        module.add_arguments(command)
        command.set_defaults(main=module.main)
    return parser


def sentence_about(error):
    """Return one sentence on what the computer refused, and what to do.

    >>> sentence_about(OSError(errno.ENOSPC, "No space left on device", "notes.ipynb"))
    'The disk is full (notes.ipynb could not be written): free some space and try again. Nothing of yours was changed.'
    """
    where = error.filename2 or error.filename
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return f"The disk is full ({where} could not be written): free some space and try again. Nothing of yours was changed."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"There is no permission to write {where}: choose a folder of your own, for `workbook lab` with --folder."
    return f"The computer refused: {error}."
