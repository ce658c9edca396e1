"""`torch` in a process that a script under `workbook run` starts afresh: see `workbook.commands.run.stand_in`."""

from workbook.commands.run import stand_in

stand_in(__name__)
