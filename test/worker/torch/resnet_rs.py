"""ResNet-RS in PyTorch, written from the papers' descriptions as a reference for the project's own networks.

He et al. 2016 (residual blocks), He et al. 2019 (ResNet-D), Hu et al. 2018 (squeeze-and-excitation), Bello et al. 2021.
Layers are registered in the order in which they run, so that the n-th convolution here is the n-th of any other
implementation that runs them in the same order: main branch, squeeze-and-excitation, shortcut.
"""

import torch
from torch import nn
from torch.nn import functional as F

STAGES = {
    26: (2, 2, 2, 2),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}


def conv_bn(cin, cout, kernel, stride=1):
    return nn.Sequential(
        nn.Conv2d(cin, cout, kernel, stride, padding=kernel // 2, bias=False), nn.BatchNorm2d(cout)
    )


class SqueezeExcite(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.down = nn.Conv2d(channels, hidden, 1)
        self.up = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        s = x.mean(dim=(2, 3), keepdim=True)
        return x * torch.sigmoid(self.up(F.relu(self.down(s))))


class Block(nn.Module):
    def __init__(self, cin, planes, stride, spec):
        super().__init__()
        wide = spec["block"] == "bottleneck"
        cout = planes * 4 if wide else planes
        if wide:
            self.main = nn.Sequential(
                conv_bn(cin, planes, 1), nn.ReLU(), conv_bn(planes, planes, 3, stride), nn.ReLU(), conv_bn(planes, cout, 1)
            )
        else:
            self.main = nn.Sequential(conv_bn(cin, planes, 3, stride), nn.ReLU(), conv_bn(planes, cout, 3))
        ratio = spec["seRatio"]
        self.se = SqueezeExcite(cout, max(1, int(ratio * cout + 0.5))) if ratio > 0 else nn.Identity()
        if stride == 1 and cin == cout:
            self.skip = nn.Identity()
        elif spec["resnetD"] and stride == 2:
            self.skip = nn.Sequential(
                nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False), conv_bn(cin, cout, 1)
            )
        else:
            self.skip = conv_bn(cin, cout, 1, stride)
        self.keep = None  # [batch] multipliers of the branch, 0 or 1 / keep

    def forward(self, x):
        y = self.se(self.main(x))
        if self.keep is not None:
            y = y * self.keep.view(-1, 1, 1, 1)
        return F.relu(y + self.skip(x))


class ResNetRS(nn.Module):
    def __init__(self, spec):
        super().__init__()
        width = lambda c: int(c * spec["width"] + 0.5)
        base = spec["baseWidth"]
        if spec["family"] == "resnet-rs-small":
            per_block = 9 if spec["block"] == "bottleneck" else 6
            stages = spec.get("blocks") or [(spec["depth"] - 2) // per_block] * 3
            stem = [conv_bn(spec["channels"], width(base), 3), nn.ReLU()]
        else:
            stages = spec.get("blocks") or STAGES[spec["depth"]]
            if spec["resnetD"]:
                half = width(base / 2)
                stem = [
                    conv_bn(spec["channels"], half, 3, 2), nn.ReLU(),
                    conv_bn(half, half, 3), nn.ReLU(),
                    conv_bn(half, width(base), 3), nn.ReLU(),
                ]
            else:
                stem = [conv_bn(spec["channels"], width(base), 7, 2), nn.ReLU()]
            if spec["stemPool"] == "max":
                stem.append(nn.MaxPool2d(3, 2, padding=1))
            elif spec["stemPool"] == "conv":
                stem += [conv_bn(width(base), width(base), 3, 2), nn.ReLU()]
        self.stem = nn.Sequential(*stem)
        expansion = 4 if spec["block"] == "bottleneck" else 1
        cin, blocks = width(base), []
        for stage, count in enumerate(stages):
            for i in range(count):
                planes = width(base * 2**stage)
                blocks.append(Block(cin, planes, 2 if stage > 0 and i == 0 else 1, spec))
                cin = planes * expansion
        self.blocks = nn.ModuleList(blocks)
        self.fc = nn.Linear(cin, spec["classes"])
        self.dropout_mask = None

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        x = x.mean(dim=(2, 3))
        if self.dropout_mask is not None:
            x = x * self.dropout_mask
        return self.fc(x)
