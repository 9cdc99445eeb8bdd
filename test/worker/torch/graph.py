"""Loss, logits and gradients of a network given as a list of nodes: python3 graph.py FOLDER.

Reads FOLDER/request.json ({nodes, params, batch, image}) and little-endian files params.f32, images.f32, labels.i32; writes
gradients.f32 and logits.f32, computed in double precision. Any number of spatial axes up to three.
"""

import json
import sys

import numpy as np
import torch
from torch.nn import functional as F

folder = sys.argv[1]
request = json.load(open(f"{folder}/request.json"))
torch.set_num_threads(1)
batch, image = request["batch"], request["image"]
axes = len(image) - 1
read = lambda name: torch.from_numpy(np.fromfile(f"{folder}/{name}.f32", dtype="<f4")).double()
flat = read("params")
params, offset = {}, 0
for entry in request["params"]:
    size = int(np.prod(entry["shape"]))
    params[entry["name"]] = flat[offset : offset + size].reshape(entry["shape"]).clone().requires_grad_()
    offset += size
labels = torch.from_numpy(np.fromfile(f"{folder}/labels.i32", dtype="<i4").astype(np.int64))
conv = [None, F.conv1d, F.conv2d, F.conv3d][axes]
max_pool = [None, F.max_pool1d, F.max_pool2d, F.max_pool3d][axes]
avg_pool = [None, F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][axes]
activations = {"relu": F.relu, "swish": F.silu, "sigmoid": torch.sigmoid}
spatial = tuple(range(2, 2 + axes))


def apply(node, inputs):
    op, name = node["op"], node["name"]
    x = inputs[0] if inputs else None
    kind = op["kind"]
    if kind == "input":
        return read("images").reshape(batch, *image)
    if kind == "conv":
        pads = [k // 2 for k in op["kernel"]]
        bias = params.get(f"{name}.bias")
        return conv(x, params[f"{name}.weight"], bias, op["stride"], pads, 1, op["groups"])
    if kind == "norm":
        return F.batch_norm(x, None, None, params[f"{name}.scale"], params[f"{name}.shift"], True)
    if kind == "activation":
        return activations[op["fn"]](x)
    if kind == "add":
        return x + inputs[1]
    if kind == "channel-scale":
        return x * inputs[1]
    if kind == "max-pool":
        return max_pool(x, 3, 2, 1)
    if kind == "avg-pool":
        return avg_pool(x, 2, 2, ceil_mode=True, count_include_pad=False)
    if kind == "global-pool":
        return x.mean(spatial, keepdim=True)
    if kind == "dense":
        return F.linear(x.reshape(batch, -1), params[f"{name}.weight"], params[f"{name}.bias"])
    raise ValueError(f"no such operation here: {kind}")


values = []
for node in request["nodes"]:
    values.append(apply(node, [values[i] for i in node["inputs"]]))
F.cross_entropy(values[-1], labels).backward()
write = lambda name, tensor: tensor.detach().numpy().astype("<f4").tofile(f"{folder}/{name}.f32")
write("gradients", torch.cat([p.grad.reshape(-1) for p in params.values()]))
write("logits", values[-1])
