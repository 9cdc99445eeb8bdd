"""ResNet-RS and its small-image variant, as a trial's `model` describes them.

Bello et al. 2021 (Revisiting ResNets), section 4.1; He et al. 2016 (residual blocks, small-image networks), He et al. 2019
(ResNet-D), Hu et al. 2018 (squeeze-and-excitation), Huang et al. 2016 (stochastic depth). Modules are made in the order in which
they run, main branch, squeeze-and-excitation, shortcut, so that `parameters()` is in the order of scalesweep's weights.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

BOTTLENECK_BLOCKS = {
    26: [2, 2, 2, 2], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3], 200: [3, 24, 36, 3],
    270: [4, 29, 53, 4], 300: [4, 36, 54, 4], 350: [4, 36, 72, 4], 400: [6, 48, 72, 6], 420: [4, 44, 87, 4],
}  # fmt: skip
BASIC_BLOCKS = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3]}


def rounded(value):
    return math.floor(value + 0.5)


def blocks_of(model):
    """Blocks in each stage."""
    if "blocks" in model:
        return model["blocks"]
    is_bottleneck = model["block"] == "bottleneck"
    if model["family"] == "resnet-rs":
        return (BOTTLENECK_BLOCKS if is_bottleneck else BASIC_BLOCKS)[model["depth"]]
    return [(model["depth"] - 2) // (9 if is_bottleneck else 6)] * 3


class ConvNorm(nn.Sequential):
    def __init__(self, inputs, outputs, kernel, stride=1, relu=True):
        conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        layers = [conv, nn.BatchNorm2d(outputs)]
        super().__init__(*layers, nn.ReLU()) if relu else super().__init__(*layers)


class Gate(nn.Module):
    """Squeeze-and-excitation."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.reduce = nn.Conv2d(channels, hidden, 1)
        self.expand = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        hidden = F.relu(self.reduce(F.adaptive_avg_pool2d(x, 1)))
        return x * torch.sigmoid(self.expand(hidden))


class DropPath(nn.Module):
    """Leaves the branch of a sample out at the given rate, and scales those that stay."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        if not self.training or self.rate == 0:
            return x
        kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.rate
        return x * kept / (1 - self.rate)


class Block(nn.Module):
    def __init__(self, inputs, filters, stride, model, drop_rate):
        super().__init__()
        if model["block"] == "bottleneck":
            outputs = 4 * filters
            branch = [
                ConvNorm(inputs, filters, 1),
                ConvNorm(filters, filters, 3, stride),
                ConvNorm(filters, outputs, 1, relu=False),
            ]
        else:
            outputs = filters
            branch = [ConvNorm(inputs, filters, 3, stride), ConvNorm(filters, outputs, 3, relu=False)]
        # Its place, not the module: a module would be listed before the branch that it is part of.
        self.last_norm_at = len(branch) - 1
        if model["seRatio"] > 0:
            branch.append(Gate(outputs, max(1, rounded(model["seRatio"] * outputs))))
        self.branch = nn.Sequential(*branch, DropPath(drop_rate))
        if stride == 1 and inputs == outputs:
            self.shortcut = nn.Identity()
        elif model["resnetD"] and stride == 2:
            # An odd last row or column is averaged over what is there.
            pool = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
            self.shortcut = nn.Sequential(pool, ConvNorm(inputs, outputs, 1, relu=False))
        else:
            self.shortcut = ConvNorm(inputs, outputs, 1, stride, relu=False)
        self.outputs = outputs

    @property
    def last_norm(self):
        return self.branch[self.last_norm_at][1]

    def forward(self, x):
        return F.relu(self.branch(x) + self.shortcut(x))


def stem(model, scaled):
    channels, base = model["channels"], model["baseWidth"]
    if model["family"] == "resnet-rs-small":
        return [ConvNorm(channels, scaled(base), 3)]
    if model["resnetD"]:
        half = scaled(base / 2)
        layers = [ConvNorm(channels, half, 3, 2), ConvNorm(half, half, 3), ConvNorm(half, scaled(base), 3)]
    else:
        layers = [ConvNorm(channels, scaled(base), 7, 2)]
    if model["stemPool"] == "max":
        layers.append(nn.MaxPool2d(3, 2, padding=1))
    elif model["stemPool"] == "conv":
        layers.append(ConvNorm(scaled(base), scaled(base), 3, 2))
    return layers


def resnet_rs(model, dropout=0.0, stochastic_depth=0.0):
    """The network of a trial; its initial weights are drawn from PyTorch's generator."""
    scaled = lambda channels: rounded(channels * model["width"])
    layers, stages = stem(model, scaled), blocks_of(model)
    inputs = scaled(model["baseWidth"])
    for stage, count in enumerate(stages):
        # The last stage drops at the full rate, the earlier ones in linear proportion.
        rate = stochastic_depth * (stage + 2) / (len(stages) + 1)
        for index in range(count):
            stride = 2 if stage > 0 and index == 0 else 1
            layers.append(Block(inputs, scaled(model["baseWidth"] * 2**stage), stride, model, rate))
            inputs = layers[-1].outputs
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(inputs, model["classes"])]
    network = nn.Sequential(*layers, *head)
    initialise(network, model)
    return network


@torch.no_grad()
def flops_of(network, model):
    """Of one forward pass of one image: multiply-adds of convolutions and the classifier, times two."""
    total = 0

    def count(module, _, output):
        nonlocal total
        total += 2 * module.weight.numel() * (output[0, 0].numel() if output.dim() == 4 else 1)

    hooks = [module.register_forward_hook(count) for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]
    network.eval()
    network(torch.zeros(1, model["channels"], model["resolution"], model["resolution"]))
    for hook in hooks:
        hook.remove()
    return total


def initialise(network, model):
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)
        elif isinstance(module, Block) and model["zeroInitLastNorm"]:
            nn.init.zeros_(module.last_norm.weight)
