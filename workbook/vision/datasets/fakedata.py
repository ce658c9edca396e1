"""Random images, to try a program on."""

from workbook.errors import explain
from workbook.ops.draws import randint, randn
from workbook.random import get_rng_state, manual_seed, set_rng_state
from workbook.vision.datasets.vision import VisionDataset
from workbook.vision.transforms.conversion import to_pil_image


class FakeData(VisionDataset):
    """`size` random images of `image_size` `(C, H, W)` with random labels below `num_classes`; image i is the same every time.

    Raises IndexError past the last.

    >>> FakeData(size=3, image_size=(3, 8, 8))
    Dataset FakeData
        Number of datapoints: 3

    Source: https://pytorch.org/vision/0.28/generated/torchvision.datasets.FakeData.html
    """

    torch_name = "torchvision.datasets.fakedata.FakeData"

    def __init__(self, size=1000, image_size=(3, 224, 224), num_classes=10, transform=None, target_transform=None, random_offset=0):
        super().__init__(transform=transform, target_transform=target_transform)
        self.size, self.image_size, self.num_classes, self.random_offset = size, image_size, num_classes, random_offset

    def __getitem__(self, index):
        if index >= len(self):
            raise IndexError(explain(f"{type(self).__name__} index out of range", f"there are {len(self)} samples, and number {index} was asked for", "count from 0"))
        before = get_rng_state()
        manual_seed(index + self.random_offset)
        image, target = randn(*self.image_size), randint(0, self.num_classes, (1,))[0]
        set_rng_state(before)
        image, target = self.transformed(to_pil_image(image), target)
        return image, getattr(target, "item", lambda: target)()

    def __len__(self):
        return self.size
