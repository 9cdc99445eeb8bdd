"""Answers for networks: logits, loss, gradients and losses of training steps.

Usage: compare.py, with a folder a line on standard input; says `done` after each.
Reads FOLDER/request.json ({spec, recipe, batch, steps}) and little-endian float32 files, writes FOLDER/answer.json and
float32 files. Parameters come in the order of the other side's nodes.
"""

import json
import sys

import numpy as np
import torch
from torch.nn import functional as F

from resnet_rs import ResNetRS

torch.set_num_threads(1)
# Steps as a user runs them; the gradients of the first batch in float64, as a reference free of rounding.
dtype = torch.float32


class Comparison:
    def __init__(self, folder):
        self.folder = folder
        self.request = json.load(open(f"{folder}/request.json"))
        spec, batch, side = self.request["spec"], self.request["batch"], self.request["spec"]["resolution"]
        self.batch = batch
        self.images = self.read("images", -1, batch, spec["channels"], side, side)
        labels = np.fromfile(f"{folder}/labels.i32", dtype="<i4").astype(np.int64)
        self.labels = torch.from_numpy(labels).reshape(-1, batch)

    def read(self, name, *shape):
        values = np.fromfile(f"{self.folder}/{name}.f32", dtype="<f4")
        return torch.from_numpy(values).to(dtype).reshape(*shape)

    def write(self, name, values):
        values.detach().to(torch.float32).contiguous().numpy().astype("<f4").tofile(f"{self.folder}/{name}.f32")

    def build(self, precision):
        net = ResNetRS(self.request["spec"]).to(precision)
        flat = self.read("params", -1)
        sizes = [p.numel() for p in net.parameters()]
        assert sum(sizes) == flat.numel(), (sum(sizes), flat.numel())
        for p, values in zip(net.parameters(), flat.split(sizes)):
            p.data.copy_(values.view_as(p))
        return net.train()

    def drops(self, net, step):
        if self.request.get("dropPath"):
            keep = self.read("dropPath", -1, len(net.blocks), self.batch)[step].to(net.fc.weight.dtype)
            for block, row in zip(net.blocks, keep):
                block.keep = row
        if self.request.get("dropout"):
            mask = self.read("dropout", -1, self.batch, net.fc.in_features)[step]
            net.dropout_mask = mask.to(net.fc.weight.dtype)

    def forward(self, net, step):
        self.drops(net, step)
        logits = net(self.images[step].to(net.fc.weight.dtype))
        return F.cross_entropy(logits, self.labels[step], label_smoothing=self.request["recipe"]["labelSmoothing"])

    def evaluate(self, net, step):
        net.eval()
        net.dropout_mask = None
        for block in net.blocks:
            block.keep = None
        with torch.no_grad():
            return net(self.images[step].to(net.fc.weight.dtype))

    def gradients(self):
        net = self.build(torch.float64)
        self.forward(net, 0).backward()
        return torch.cat([p.grad.reshape(-1) for p in net.parameters()])

    def answer(self):
        recipe = self.request["recipe"]
        self.write("gradients", self.gradients())
        net = self.build(dtype)
        params = list(net.parameters())
        decay = [p for p in params if p.dim() > 1]
        rest = [p for p in params if p.dim() <= 1]
        optimiser = torch.optim.SGD(
            [{"params": decay, "weight_decay": recipe["weightDecay"]}, {"params": rest, "weight_decay": 0.0}],
            lr=0.1, momentum=recipe["momentum"], nesterov=recipe["nesterov"],
        )
        ema = [p.detach().clone() for p in params]
        losses = []
        for step, rates in enumerate(self.request["steps"]):
            for group in optimiser.param_groups:
                group["lr"] = rates["learningRate"]
            for m in net.modules():
                if isinstance(m, torch.nn.BatchNorm2d):
                    m.momentum = 1 - rates["statDecay"]
            optimiser.zero_grad()
            loss = self.forward(net, step)
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            with torch.no_grad():
                for average, p in zip(ema, params):
                    average.mul_(rates["emaDecay"]).add_(p, alpha=1 - rates["emaDecay"])
        self.write("finalParams", torch.cat([p.reshape(-1) for p in params]))
        if recipe["emaDecay"] > 0:
            for average, p in zip(ema, params):
                p.data.copy_(average)
        self.write("evaluation", self.evaluate(net, 0))
        json.dump({"losses": losses, "torch": torch.__version__}, open(f"{self.folder}/answer.json", "w"))


for line in sys.stdin:
    Comparison(line.strip()).answer()
    print("done", flush=True)
