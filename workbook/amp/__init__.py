"""`torch.amp`: mixed precision. Losses and gradients are scaled (`grad_scaler`); the choice of dtypes (`autocast_mode`) is switched off."""

from workbook.amp.autocast_mode import autocast, is_autocast_available
from workbook.amp.grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "is_autocast_available"]
