"""A grid as one would write it in plain PyTorch: one process, one trial after the other. sweep_loop.py TASK_JSON

TASK_JSON names a file: {"threads", "data", "probe", "trials": [{"spec", "recipe", "epochs", "seed", "format"}]}. Images
lie in the folder `data` as bench/support/torch-sweep.ts writes them, split and resized already. All of a trial's
images are normalised once and held in memory, flips are drawn for a whole batch at a time. Writes a line of JSON per
trial; with "probe", the seconds of a few training steps instead of a whole training.
"""

import copy
import json
import math
import os
import sys
import time

import torch
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../test/worker/torch"))
from resnet_rs import ResNetRS

EVALUATION_BATCH = 200
PROBE_STEPS = 8


def read(folder, side, split, about):
    def tensor(name, dtype):
        with open(os.path.join(folder, f"{side}-{split}.{name}"), "rb") as file:
            return torch.frombuffer(bytearray(file.read()), dtype=dtype)

    shape = (-1, about["channels"], side, side)
    mean = torch.tensor(about["mean"]).view(1, -1, 1, 1)
    std = torch.tensor(about["std"]).view(1, -1, 1, 1)
    images = (tensor("images", torch.uint8).view(shape).float() / 255 - mean) / std
    return images, tensor("labels", torch.int64)


def learning_rate(recipe, step, per_epoch, total):
    warmup = min(round(recipe["warmupEpochs"] * per_epoch), total - 1)
    if step < warmup:
        return recipe["learningRate"] * (step + 1) / (warmup + 1)
    progress = (step - warmup) / max(1, total - warmup)
    return recipe["learningRate"] * (1 + math.cos(math.pi * progress)) / 2


def evaluate(net, images, labels, memory):
    net.eval()
    correct = 0
    with torch.no_grad():
        for first in range(0, len(labels), EVALUATION_BATCH):
            batch = images[first : first + EVALUATION_BATCH].contiguous(memory_format=memory)
            correct += (net(batch).argmax(1) == labels[first : first + EVALUATION_BATCH]).sum().item()
    net.train()
    return correct / len(labels)


def train(trial, sets, probe):
    spec, recipe, epochs = trial["spec"], trial["recipe"], trial["epochs"]
    unknown = [name for name in ("dropout", "stochasticDepth", "randAugmentLayers") if recipe[name] != 0]
    if unknown or recipe["crop"] != "none" or recipe["schedule"] != "cosine":
        raise SystemExit(f"this loop knows flips and cosine schedules only, got {recipe}")
    memory = torch.channels_last if trial["format"] == "channels_last" else torch.contiguous_format
    torch.manual_seed(trial["seed"])
    net = ResNetRS(spec).to(memory_format=memory).train()
    averaged = copy.deepcopy(net)
    params, averages = list(net.parameters()), [p.detach() for p in averaged.parameters()]
    stats = [b for b in net.buffers() if b.is_floating_point()]
    averaged_stats = [b for b in averaged.buffers() if b.is_floating_point()]
    optimiser = torch.optim.SGD(
        [
            {"params": [p for p in params if p.dim() > 1], "weight_decay": recipe["weightDecay"]},
            {"params": [p for p in params if p.dim() <= 1], "weight_decay": 0.0},
        ],
        lr=recipe["learningRate"],
        momentum=recipe["momentum"],
        nesterov=recipe["nesterov"],
    )
    images, labels = sets["train"]
    size = recipe["batchSize"]
    per_epoch = len(labels) // size
    total = per_epoch * epochs
    step, minival, began = 0, None, time.perf_counter()
    for _ in range(epochs):
        order = torch.randperm(len(labels))
        for at in range(per_epoch):
            chosen = order[at * size : (at + 1) * size]
            batch = images[chosen]
            if recipe["flip"]:
                batch = torch.where(torch.rand(size, 1, 1, 1) < 0.5, batch.flip(3), batch)
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(recipe, step, per_epoch, total)
            optimiser.zero_grad(set_to_none=True)
            logits = net(batch.contiguous(memory_format=memory))
            F.cross_entropy(logits, labels[chosen], label_smoothing=recipe["labelSmoothing"]).backward()
            optimiser.step()
            if recipe["emaDecay"] > 0:
                decay = min(recipe["emaDecay"], (1 + step) / (10 + step))
                with torch.no_grad():
                    torch._foreach_mul_(averages, decay)
                    torch._foreach_add_(averages, params, alpha=1 - decay)
            step += 1
            if probe and step == 3:
                began = time.perf_counter()
            if probe and step == 3 + PROBE_STEPS:
                return {"seconds": time.perf_counter() - began}
        if recipe["emaDecay"] > 0:
            torch._foreach_mul_(averaged_stats, 0)
            torch._foreach_add_(averaged_stats, stats)
            minival = evaluate(averaged, *sets["minival"], memory)
        else:
            minival = evaluate(net, *sets["minival"], memory)
    test = evaluate(averaged if recipe["emaDecay"] > 0 else net, *sets["test"], memory)
    return {"minivalTop1": minival, "testTop1": test, "seconds": time.perf_counter() - began}


def main():
    with open(sys.argv[1]) as file:
        task = json.load(file)
    torch.set_num_threads(task["threads"])
    known = {}
    for trial in task["trials"]:
        side = trial["spec"]["resolution"]
        if side not in known:
            with open(os.path.join(task["data"], f"{side}.json")) as file:
                about = json.load(file)
            known[side] = {split: read(task["data"], side, split, about) for split in ("train", "minival", "test")}
        print(json.dumps(train(trial, known[side], task["probe"])), flush=True)


main()
