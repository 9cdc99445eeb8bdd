"""PyTorch's process in the training benchmark: train.py NETWORK_JSON THREADS FORMAT, FORMAT nchw or channels_last.

The protocol is that of bench/support/train-process.ts. The network is the reference of the gradient tests.
"""

import json
import os
import resource
import sys
import time

import torch
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../test/worker/torch"))
from resnet_rs import ResNetRS

WARM_UP_STEPS = 3
network = json.loads(sys.argv[1])
spec, batch = network["spec"], network["batch"]
torch.set_num_threads(int(sys.argv[2]))
torch.manual_seed(1)
memory = torch.channels_last if sys.argv[3] == "channels_last" else torch.contiguous_format

net = ResNetRS(spec).to(memory_format=memory)
net.train()
params = list(net.parameters())
optimiser = torch.optim.SGD(
    [
        {"params": [p for p in params if p.dim() > 1], "weight_decay": 1e-4},
        {"params": [p for p in params if p.dim() <= 1], "weight_decay": 0.0},
    ],
    lr=0.01,
    momentum=0.9,
)
side = spec["resolution"]
images = torch.randn(batch, spec["channels"], side, side).contiguous(memory_format=memory)
labels = torch.randint(spec["classes"], (batch,))


def step():
    optimiser.zero_grad(set_to_none=True)
    F.cross_entropy(net(images), labels).backward()
    optimiser.step()


for _ in range(WARM_UP_STEPS):
    step()
print("ready", flush=True)

limit = float(sys.stdin.readline())
began, cpu, steps = time.perf_counter(), time.process_time(), 0
while time.perf_counter() - began < limit:
    step()
    steps += 1
print(
    json.dumps(
        {
            "images": steps * batch,
            "seconds": time.perf_counter() - began,
            "cpuSeconds": time.process_time() - cpu,
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "note": sys.argv[3],
        }
    )
)
