"""Answers for one network: logits, loss, gradients and losses of training steps.

Usage: compare.py FOLDER
Reads FOLDER/request.json ({spec, recipe, names, batch, steps}) and little-endian float32 files, writes
FOLDER/answer.json and float32 files. `names` lists the other side's parameters in the order of its nodes.
"""

import json
import sys

import numpy as np
import torch
from torch.nn import functional as F

from resnet_rs import ResNetRS

folder = sys.argv[1]
request = json.load(open(f"{folder}/request.json"))
spec, recipe, batch = request["spec"], request["recipe"], request["batch"]
# Steps as a user runs them; the gradients of the first batch also in float64, as a reference free of rounding.
dtype = torch.float32
torch.set_num_threads(1)


def read(name, *shape):
    values = np.fromfile(f"{folder}/{name}.f32", dtype="<f4")
    return torch.from_numpy(values).to(dtype).reshape(*shape)


def write(name, values):
    values.detach().to(torch.float32).contiguous().numpy().astype("<f4").tofile(f"{folder}/{name}.f32")


def build(precision):
    net = ResNetRS(spec).to(precision)
    flat = read("params", -1)
    sizes = [p.numel() for p in net.parameters()]
    assert sum(sizes) == flat.numel(), (sum(sizes), flat.numel())
    for p, values in zip(net.parameters(), flat.split(sizes)):
        p.data.copy_(values.view_as(p))
    return net.train()


side = spec["resolution"]
images = read("images", -1, batch, spec["channels"], side, side)
labels = torch.from_numpy(np.fromfile(f"{folder}/labels.i32", dtype="<i4").astype(np.int64)).reshape(-1, batch)


def drops(net, step):
    if request.get("dropPath"):
        keep = read("dropPath", -1, len(net.blocks), batch)[step].to(net.fc.weight.dtype)
        for block, row in zip(net.blocks, keep):
            block.keep = row
    if request.get("dropout"):
        net.dropout_mask = read("dropout", -1, batch, net.fc.in_features)[step].to(net.fc.weight.dtype)


def forward(net, step):
    drops(net, step)
    logits = net(images[step].to(net.fc.weight.dtype))
    return F.cross_entropy(logits, labels[step], label_smoothing=recipe["labelSmoothing"])


def evaluate(net, step):
    net.eval()
    net.dropout_mask = None
    for block in net.blocks:
        block.keep = None
    with torch.no_grad():
        return net(images[step].to(net.fc.weight.dtype))


def gradients(precision):
    net = build(precision)
    forward(net, 0).backward()
    return torch.cat([p.grad.reshape(-1) for p in net.parameters()])


write("gradients", gradients(torch.float64))
write("gradients32", gradients(torch.float32))

net = build(dtype)
params = list(net.parameters())
decay = [p for p in params if p.dim() > 1]
rest = [p for p in params if p.dim() <= 1]
optimiser = torch.optim.SGD(
    [{"params": decay, "weight_decay": recipe["weightDecay"]}, {"params": rest, "weight_decay": 0.0}],
    lr=0.1, momentum=recipe["momentum"], nesterov=recipe["nesterov"],
)
ema = [p.detach().clone() for p in params]
losses = []
for step, rates in enumerate(request["steps"]):
    for group in optimiser.param_groups:
        group["lr"] = rates["learningRate"]
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.momentum = 1 - rates["statDecay"]
    optimiser.zero_grad()
    loss = forward(net, step)
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
    with torch.no_grad():
        for average, p in zip(ema, params):
            average.mul_(rates["emaDecay"]).add_(p, alpha=1 - rates["emaDecay"])
write("finalParams", torch.cat([p.reshape(-1) for p in params]))
if recipe["emaDecay"] > 0:
    for average, p in zip(ema, params):
        p.data.copy_(average)
write("evaluation", evaluate(net, 0))
json.dump({"losses": losses, "torch": torch.__version__}, open(f"{folder}/answer.json", "w"))
