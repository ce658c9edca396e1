"""torchvision.ops: operations of object detection, which are not part of this package. Each name says so when it is called."""

from workbook.errors import explain

_TABLE = ("boxes nms batched_nms roi_pool roi_align RoIPool RoIAlign MultiScaleRoIAlign box_iou box_convert box_area clip_boxes_to_image "
          "generalized_box_iou masks_to_boxes deform_conv2d DeformConv2d FeaturePyramidNetwork sigmoid_focal_loss stochastic_depth "
          "StochasticDepth drop_block2d Conv2dNormActivation MLP SqueezeExcitation Permute FrozenBatchNorm2d ps_roi_align").split()


def __getattr__(name):
    """Raises AttributeError; for a name of torchvision's with what to do."""
    if name in _TABLE:
        raise AttributeError(explain(f"module 'torchvision.ops' has no attribute '{name}'", "finding objects in images is not part of this package",
                                     "the network itself is made of torch.nn's layers"))
    raise AttributeError(explain(f"module 'torchvision.ops' has no attribute '{name}'", "torchvision has no such name either", "is it spelt right?"))
