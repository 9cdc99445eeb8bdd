"""Reads the files that scalesweep writes for trainers: named arrays in the safetensors format."""

import json

import numpy as np

TYPES = {"U8": "<u1", "I32": "<i4", "F32": "<f4", "F64": "<f8"}


def read_arrays(path):
    """{name: array}, in the order of the file. The arrays stay on the disk until they are read."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return {
        name: np.memmap(path, TYPES[entry["dtype"]], "r", 8 + length + entry["data_offsets"][0], tuple(entry["shape"]))
        for name, entry in header.items()
    }
