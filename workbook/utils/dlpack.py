"""`torch.utils.dlpack`: the names of `ops/dlpack`, memory shared with other array libraries."""

from workbook.ops.dlpack import DLDeviceType, from_dlpack, to_dlpack  # noqa: F401

__all__ = ["DLDeviceType", "from_dlpack"]  # to_dlpack is the way of before `__dlpack__`
