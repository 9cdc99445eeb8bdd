"""The training method of a trial's `recipe`: schedule, optimiser, moving average, augmentation."""

import math

import torch
from torch import nn


def learning_rate(recipe, steps, step):
    """Of a step, counted from 0: linear warm-up, then cosine to 0 (Loshchilov & Hutter 2017), steps, or constant."""
    total = steps["total"]
    warmup = min(math.floor(recipe["warmupEpochs"] * steps["perEpoch"] + 0.5), total - 1)
    peak = recipe["learningRate"]
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    if recipe["schedule"] == "cosine":
        return peak * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup))) / 2
    if recipe["schedule"] == "step":
        # At 30, 60 and 80 of 90 epochs (He et al. 2016).
        return peak / 10 ** sum(step >= epochs / 90 * total for epochs in (30, 60, 80))
    return peak


def optimiser_of(network, recipe):
    """SGD with momentum. Norms and biases are exempt from weight decay: all that has one dimension."""
    decaying = [p for p in network.parameters() if p.dim() > 1]
    exempt = [p for p in network.parameters() if p.dim() <= 1]
    groups = [{"params": decaying, "weight_decay": recipe["weightDecay"]}, {"params": exempt, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=1.0, momentum=recipe["momentum"], nesterov=recipe["nesterov"])


class MovingAverage:
    """Of weights and of the norms' statistics: what is evaluated. Without a decay it is the weights themselves.

    Early on the decay follows the count of steps, so that an average over few is not one over the beginning.
    """

    def __init__(self, network, decay):
        self.network = network
        self.decay = decay
        self.weights = [p.detach().clone() for p in network.parameters()] if decay > 0 else None
        self._norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]

    def before(self, step):
        """Statistics are averaged as they are measured, in the forward pass."""
        statistics = self._decay(step) if self.decay > 0 else min(0.9, step / (step + 1))
        for norm in self._norms:
            norm.momentum = 1 - statistics

    @torch.no_grad()
    def after(self, step):
        if self.weights is not None:
            for average, weight in zip(self.weights, self.network.parameters()):
                average.add_(weight - average, alpha=1 - self._decay(step))

    def _decay(self, step):
        return min(self.decay, (1 + step) / (10 + step))

    @torch.no_grad()
    def swap(self):
        """Exchanges weights and averages; called twice, it changes nothing."""
        if self.weights is not None:
            for average, weight in zip(self.weights, self.network.parameters()):
                held = weight.clone()
                weight.copy_(average)
                average.copy_(held)


def unsupported(recipe):
    """What of a recipe this example does not have, if anything."""
    if recipe["crop"] == "resized":
        return "crop: resized"
    if recipe["randAugmentLayers"] > 0:
        return "RandAugment"
    return None


def augment(images, recipe):
    """Flips, and shifts by up to an eighth of the side, of a batch [batch, channels, side, side] of bytes."""
    if recipe["crop"] == "pad":
        side = images.shape[-1]
        pad = math.floor(side / 8 + 0.5)
        padded = nn.functional.pad(images, (pad, pad, pad, pad))
        corners = torch.randint(0, 2 * pad + 1, (len(images), 2)).tolist()
        images = torch.stack([x[:, top : top + side, left : left + side] for x, (top, left) in zip(padded, corners)])
    if recipe["flip"]:
        mirrored = torch.rand(len(images), 1, 1, 1) < 0.5
        images = torch.where(mirrored, images.flip(-1), images)
    return images
