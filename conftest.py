"""The package is imported before pytest looks for examples in it: by itself pytest would run a package a second time that its parent has
imported already, such as workbook.devices, and there would be two of every device."""

import workbook  # noqa: F401
