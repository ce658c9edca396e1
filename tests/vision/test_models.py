"""The networks have torchvision's parameters, by name, shape and first value, print as its do, and compute what its do."""

import math

import pytest

import workbook as torch
from tests.vision import truth
from workbook import nn
from workbook.vision import models

WANTED = truth.recorded()
ALWAYS = list(truth.MODELS)[:2]


@pytest.fixture
def without_values(monkeypatch):
    """Networks of a hundred million numbers whose memory is never written."""
    for kind in (nn.Conv2d, nn.Linear):
        monkeypatch.setattr(kind, "reset_parameters", lambda self: None)
    for name in ("kaiming_normal_", "kaiming_uniform_", "normal_", "constant_"):
        monkeypatch.setattr(nn.init, name, lambda tensor, *args, **kwargs: tensor)


@pytest.mark.parametrize("name", truth.NAMED)
def test_names_shapes_and_printed_form(without_values, name):
    assert truth.named(getattr(models, name)()) == WANTED["named"][name]


@pytest.mark.parametrize("name", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.full("draws up to 138 million numbers"))
                                  for name in truth.MODELS])
@pytest.mark.timeout(600)  # as long as `--full` may wait for the largest on a busy machine
def test_first_values_and_what_it_computes(name):
    mine, wanted = truth.started(torch, models, name), WANTED["started"][name]
    for a, b in zip(mine[:-1], wanted[:-1], strict=True):
        assert math.isclose(float(a), float(b), rel_tol=1e-4, abs_tol=2e-3), (mine, wanted)
    assert truth.agree(mine[-1], wanted[-1]), (mine[-1], wanted[-1])


def test_a_state_dict_of_another_network_of_the_kind_loads():
    one, other = models.squeezenet1_1(num_classes=3), models.squeezenet1_1(num_classes=3)
    assert str(other.load_state_dict(one.state_dict())) == "<All keys matched successfully>"
    assert torch.equal(one.features[0].weight, other.features[0].weight)


@pytest.mark.parametrize("make, error, words", [
    (lambda: models.resnet18(weights="DEFAULT"), NotImplementedError, "ResNet18_Weights.IMAGENET1K_V1 of resnet18 are not fetched(.|\n)*resnet18-f37072fd.pth"),
    (lambda: models.resnet18(weights="nothing"), ValueError, "Invalid Weight name: nothing"),
    (lambda: models.resnet18(weights=models.ResNet18_Weights.DEFAULT), NotImplementedError, "load_state_dict"),
    (lambda: models.resnet18(weights="ResNet18_Weights.IMAGENET1K_V1"), NotImplementedError, "load_state_dict"),
    (lambda: models.vgg16(pretrained=True), NotImplementedError, "vgg16-397923af"),
    (lambda: models.resnet18(weights=models.VGG16_Weights.DEFAULT), TypeError, "expected ResNet18_Weights but received VGG16_Weights"),
    (lambda: models.efficientnet_b0(), AttributeError, "module 'torchvision.models' has no attribute 'efficientnet_b0'"),
    (lambda: models.resnet18(classes=3), TypeError, "classes"),
])
def test_what_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_blocks_learn():
    torch.manual_seed(0)
    net = nn.Sequential(models.resnet.BasicBlock(3, 3), models.resnet.Bottleneck(3, 2, downsample=models.resnet.conv1x1(3, 8)),
                        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))
    optimizer, images, labels = torch.optim.Adam(net.parameters(), lr=0.02), torch.randn(4, 3, 8, 8), torch.tensor([0, 1, 0, 1])
    losses = []
    for _ in range(25):
        optimizer.zero_grad()
        losses.append(nn.functional.cross_entropy(net(images), labels))
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < losses[0] / 2 and all(parameter.grad is not None for parameter in net.parameters())
