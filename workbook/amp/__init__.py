"""`torch.amp`: mixed precision. Each operation computes in the dtype that suits it (`autocast_mode`), and losses are scaled (`grad_scaler`)."""

from workbook.amp.autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available
from workbook.amp.grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]
