#!/usr/bin/env python3
"""Trains one trial of scalesweep with PyTorch, on the device that the trial names.

Arguments: --data FILE (required; the grid gives `{data}`), --weights FILE (the grid may give `{weights}`: the initial weights of the
other engines; without it they are drawn here), --progress SECONDS between two reports of progress.
"""

import argparse
import hashlib
import json
import math
import os
import statistics
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

from arrays import read_arrays
from counter_random import Random, permutation
from recipe import MovingAverage, augment, learning_rate, optimiser_of, unsupported
from resnet_rs import flops_of, resnet_rs
from trainer import Stopped, Trainer

CHECKPOINT_SECONDS = 60
EVALUATION_BATCH = 200


class Training:
    def __init__(self, trainer, arguments):
        self.trainer, self.task, self.spec = trainer, trainer.task, trainer.spec
        self.recipe, self.steps = self.spec["recipe"], self.task["steps"]
        self.progress_seconds = arguments.progress
        self.device = torch.device(self.task["device"])
        self.data = read_arrays(arguments.data)
        self.mean, self.std = (
            torch.tensor(np.array(self.data[name], dtype=np.float32), device=self.device).view(1, -1, 1, 1)
            for name in ("mean", "std")
        )
        torch.manual_seed(self.spec["seed"])
        network = resnet_rs(self.spec["model"], self.recipe["dropout"], self.recipe["stochasticDepth"])
        if arguments.weights is not None:
            self.load_weights(network, arguments.weights)
        self.network = network.to(self.device)
        self.optimiser = optimiser_of(self.network, self.recipe)
        self.average = MovingAverage(self.network, self.recipe["emaDecay"])
        self.step, self.epoch, self.loss_sum, self.correct = 0, 0, 0.0, 0
        self.last = {}  # What the last epoch was worth.
        self.step_ms = []
        self.saved_at = time.monotonic()
        if self.task["resume"] is not None:
            self.restore(self.task["resume"]["file"])

    @staticmethod
    @torch.no_grad()
    def load_weights(network, path):
        """In the order in which the network runs."""
        arrays = list(read_arrays(path).items())
        parameters = list(network.parameters())
        shapes = [tuple(array.shape) for _, array in arrays]
        if shapes != [tuple(parameter.shape) for parameter in parameters]:
            raise ValueError(f"Expected the weights of this network in {path}, got those of another")
        for parameter, (_, array) in zip(parameters, arrays):
            parameter.copy_(torch.from_numpy(np.array(array)))

    def state(self):
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average.weights,
            "counts": (self.step, self.epoch, self.loss_sum, self.correct),
            "last": self.last,
        }

    def restore(self, path):
        state = torch.load(path, map_location=self.device)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average.weights = state["average"]
        self.step, self.epoch, self.loss_sum, self.correct = state["counts"]
        self.last = state["last"]

    def save(self):
        self.trainer.checkpoint(self.step, lambda path: torch.save(self.state(), path))
        self.saved_at = time.monotonic()

    def normalised(self, images):
        return (images.to(self.device, torch.float32) / 255 - self.mean) / self.std

    def run(self):
        self.trainer.hello(self.step, torch=torch.__version__, python=sys.version.split()[0])
        while self.epoch < self.spec["epochs"]:
            self.train_epoch()
        step_ms = statistics.median(self.step_ms) if self.step_ms else None
        self.trainer.tell("done", **self.last, **self.evaluate("test"), stepMs=step_ms, weightsDigest=self.digest())

    def train_epoch(self):
        per_epoch, batch = self.steps["perEpoch"], self.steps["batch"]
        images, labels = self.data["train.images"], self.data["train.labels"]
        order = permutation(len(labels), Random(self.spec["seed"], "shuffle", self.epoch))
        while self.step < (self.epoch + 1) * per_epoch:
            first = (self.step - self.epoch * per_epoch) * batch
            chosen = order[first : first + batch]
            # Reseeded at every step: a resumed training draws what an undisturbed one would have.
            torch.manual_seed(self.spec["seed"] * 1_000_003 + self.step)
            shown = augment(torch.from_numpy(images[chosen]), self.recipe)
            self.train_step(self.normalised(shown), torch.from_numpy(labels[chosen]).long().to(self.device))
            if time.monotonic() - self.saved_at > CHECKPOINT_SECONDS:
                self.save()
            self.heed()
        train = {"trainTop1": self.correct / (per_epoch * batch), "trainLoss": self.loss_sum / per_epoch}
        self.last = {**train, **self.evaluate("minival")}
        self.epoch += 1
        self.loss_sum, self.correct = 0.0, 0
        rate = learning_rate(self.recipe, self.steps, self.step - 1)
        self.trainer.tell("epoch", epoch=self.epoch, step=self.step, learningRate=rate, **self.last)
        self.save()

    def train_step(self, images, labels):
        began = time.perf_counter()
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.recipe, self.steps, self.step)
        self.average.before(self.step)
        self.network.train()
        self.optimiser.zero_grad(set_to_none=True)
        logits = self.network(images)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.recipe["labelSmoothing"])
        loss.backward()
        self.optimiser.step()
        self.average.after(self.step)
        value = loss.item()
        self.step_ms.append((time.perf_counter() - began) * 1000)
        self.step += 1
        if not math.isfinite(value):
            raise FloatingPointError(f"the loss of step {self.step} is {value}")
        self.loss_sum += value
        self.correct += (logits.argmax(1) == labels).sum().item()
        self.trainer.progress(self.step, value, self.progress_seconds)

    def heed(self):
        if self.trainer.is_stopping:
            self.save()
            raise Stopped

    @torch.no_grad()
    def evaluate(self, split):
        """Top-1 and mean cross-entropy without label smoothing; None of a split without images."""
        images, labels = self.data[f"{split}.images"], self.data[f"{split}.labels"]
        if len(labels) == 0:
            return {f"{split}Top1": None, f"{split}Loss": None}
        self.average.swap()
        self.network.eval()
        correct, loss = 0, 0.0
        for first in range(0, len(labels), EVALUATION_BATCH):
            batch = slice(first, first + EVALUATION_BATCH)
            expected = torch.from_numpy(np.array(labels[batch])).long().to(self.device)
            logits = self.network(self.normalised(torch.from_numpy(np.array(images[batch]))))
            correct += (logits.argmax(1) == expected).sum().item()
            loss += F.cross_entropy(logits, expected, reduction="sum").item()
        self.average.swap()
        return {f"{split}Top1": correct / len(labels), f"{split}Loss": loss / len(labels)}

    def digest(self):
        """Equal for trainings that are equal to the last bit."""
        found = hashlib.sha256()
        for value in self.network.state_dict().values():
            found.update(value.cpu().numpy().tobytes())
        return found.hexdigest()


def print_costs():
    """One line for each network on standard input."""
    for line in sys.stdin:
        asked = json.loads(line)
        network = resnet_rs(asked["model"])
        print(json.dumps({"flops": flops_of(network, asked["model"]), "params": sum(p.numel() for p in network.parameters())}))


def main():
    if os.environ.get("SCALESWEEP_COST") == "1":
        return print_costs()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights")
    parser.add_argument("--progress", type=float, default=1.0)
    trainer = Trainer()
    torch.set_num_threads(trainer.task["threads"])
    try:
        train(trainer, parser.parse_args())
    except Stopped:
        pass
    except FloatingPointError as error:
        trainer.failed("diverged", f"Training diverged: {error}")
    # Out of memory, like every other error, shows in the last lines on standard error: scalesweep reads them.


def train(trainer, arguments):
    lacking = unsupported(trainer.spec["recipe"])
    if lacking is not None:
        trainer.hello(0)
        trainer.failed("config", f"Expected a recipe without {lacking}: this trainer has none")
    else:
        Training(trainer, arguments).run()


if __name__ == "__main__":
    main()
