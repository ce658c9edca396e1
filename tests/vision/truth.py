"""torchvision's answers, as `record.py` wrote them, and how an answer of this engine's is held against them.

torchvision has no build for torch's CPU wheels, so its figures were recorded once from its Python half (see `record.py`). An
answer is kept as text: how something prints, which error came, or of an image its kind, shape, a few numbers and a digest.
"""

import hashlib
import io
import json
import random
import re
from pathlib import Path

import numpy as np
from PIL import Image
from PIL import __version__ as PILLOW

HERE = Path(__file__).parent
RECORDED = HERE / "recorded" / "torchvision.json"
SAMPLED = 6  # numbers of an image that are kept


def rows(name):
    """The lines of a file of `rows/`."""
    lines = (HERE / "rows" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pixels():
    """A colour picture and a grey one, uint8 `(13, 17, 3)` and `(13, 17)`."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (13, 17, 3), dtype=np.uint8), rng.integers(0, 256, (13, 17), dtype=np.uint8)


def images(torch):
    """The same two as Pillow images, as tensors of bytes and of floats, and as a batch."""
    colour, grey = pixels()
    bytes_ = torch.from_numpy(colour.transpose(2, 0, 1).copy())
    return {"rgb": Image.fromarray(colour), "grey": Image.fromarray(grey), "bytes": bytes_, "floats": bytes_ / 255,
            "grey floats": torch.from_numpy(grey[None].copy()) / 255, "batch": torch.stack([bytes_, bytes_.flip(-1)])}


def saved(utils, images, **more):
    """What `save_image` wrote, read again."""
    file = io.BytesIO()
    utils.save_image(images, file, format="png", **more)
    return Image.open(file)


def for_utils(torch, vision):
    """The names that the rows of `utils` speak of."""
    torch.manual_seed(0)
    return {"U": vision.utils, "T": vision.transforms, "D": vision.datasets, "M": vision.models, "torch": torch, "saved": saved,
            "batch": torch.rand(4, 3, 5, 6) * 3 - 1, "bytes": torch.randint(0, 256, (3, 12, 14)).to(torch.uint8)}


# name: (arguments, the side of the image that it is tried on); the first two are tried in every run, the others with --full
MODELS = {"resnet18": ({"num_classes": 10}, 64), "squeezenet1_1": ({}, 64), "resnet34": ({}, 64), "resnet50": ({"zero_init_residual": True}, 64),
          "resnet101": ({}, 64), "squeezenet1_0": ({}, 64), "vgg11_bn": ({}, 32), "vgg16": ({"num_classes": 10}, 32), "alexnet": ({}, 64)}
NAMED = [*MODELS, "resnet152", "vgg11", "vgg13", "vgg13_bn", "vgg16_bn", "vgg19", "vgg19_bn"]


def named(net):
    """A digest of the names and shapes of a network's numbers, in order, and of how it prints."""
    text = "\n".join(f"{name} {tuple(value.shape)} {value.dtype}" for name, value in net.state_dict().items())
    return [len(net.state_dict()), *(hashlib.sha1(part.encode()).hexdigest()[:12] for part in (text, repr(net)))]


def started(torch, models, name):
    """A network's first values, as sums, and what it makes of a random image."""
    arguments, side = MODELS[name]
    torch.manual_seed(0)
    net = getattr(models, name)(**arguments).eval()
    with torch.no_grad():
        sums = [value.double().sum().item() for value in net.parameters()]
        out = net(torch.rand(2, 3, side, side))
    chosen = [sums[place] for place in (0, len(sums) // 2, -2, -1)] + [sum(sums)]
    return [*(f"{number:.8g}" for number in chosen), shown(out)]


def answer(expression, names, image=None, kept=lambda found: found):
    """What `expression` gives, as text or a list of texts, for the names T, F, M and torch, and img; `kept` is handed it before."""
    names = dict(names, img=image)
    names["torch"].manual_seed(3)
    random.seed(3)
    try:
        found = shown(kept(eval(expression, names)))
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    if image is None or not expression.startswith("T."):
        return found
    return [found, f"next {names['torch'].rand(1).item():.6g} {random.random():.6g}"]  # as many numbers were drawn


def shown(value):
    """An answer as text that JSON can keep."""
    if isinstance(value, (tuple, list)):
        return [shown(part) for part in value]
    if isinstance(value, Image.Image):
        array = np.asarray(value)
        return f"{value.mode} {numbers(array)} {hashlib.sha1(array.tobytes()).hexdigest()[:10]}"
    if hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "detach"):
        array = value.detach().cpu().numpy()
        return f"{value.dtype} {numbers(array)}"
    return repr(value)


def numbers(array):
    """`(shape) mean first ... last`: a few numbers spread over an array."""
    flat = array.reshape(-1).astype(float)
    if not flat.size:
        return f"{array.shape}"
    places = np.linspace(0, flat.size - 1, SAMPLED).astype(int)
    return f"{array.shape} {flat.mean():.6g} " + " ".join(f"{number:.6g}" for number in flat[places])


NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")


def agree(mine, wanted, pillow=PILLOW):
    """Whether an answer is the recorded one: errors and texts by the letter, numbers to 1e-4 of their size.

    Bytes that were computed as floats may differ by 1, where the float stands between two of them, but hardly their mean. A Pillow image has its digest
    also, if Pillow's version is the recorded one.
    """
    if isinstance(wanted, list):
        return isinstance(mine, list) and len(mine) == len(wanted) and all(agree(a, b, pillow) for a, b in zip(mine, wanted))
    if mine == wanted:
        return True
    parts = wanted.split(" ")
    if isinstance(mine, list) or parts[0].endswith(":") or not mine.startswith(parts[0] + " "):
        return False
    if not parts[0].startswith("torch.") and len(parts[-1]) == 10:  # a Pillow image
        if pillow == recorded()["pillow"]:
            return False
        mine, wanted = mine.rpartition(" ")[0], wanted.rpartition(" ")[0]
    mine, wanted = mine.partition(")"), wanted.partition(")")
    if mine[0] != wanted[0] or not NUMBER.sub("#", mine[2]) == NUMBER.sub("#", wanted[2]):
        return False
    mine, wanted = ([float(number) for number in NUMBER.findall(text[2])] for text in (mine, wanted))  # the mean stands first
    slack = [0.05] + [1.01] * len(mine) if parts[0] == "torch.uint8" else [1e-5] * (len(mine) + 1)
    return all(abs(a - b) <= max(1e-4 * abs(b), least) for a, b, least in zip(mine, wanted, slack))


def recorded():
    return json.loads(RECORDED.read_text(encoding="utf-8"))
