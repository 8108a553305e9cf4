#!/usr/bin/env python3
"""Opens a published model: python3 samples/open_model.py MODEL.safetensors   (plain Python, nothing to install)"""
import json
import struct
import sys
from array import array

with open(sys.argv[1], "rb") as file:
    (length,) = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(length))
    data = file.read()
for name, tensor in header.items():
    if name != "__metadata__":
        begin, end = tensor["data_offsets"]
        values = array("f", data[begin:end])  # little-endian float32, row-major
        mean = sum(values) / len(values)
        print(f"{name:<20} {str(tensor['shape']):<12} mean {mean:+.5f}  min {min(values):+.5f}  max {max(values):+.5f}")
