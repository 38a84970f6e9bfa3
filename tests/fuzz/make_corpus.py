#!/usr/bin/env python3
"""Writes the seed corpus beside itself: small valid files of each kind. Needs torch."""
import json
import pathlib
import struct

import torch

CORPUS = pathlib.Path(__file__).parent / "corpus"


def safetensors(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def write(kind, name, content):
    (CORPUS / kind).mkdir(parents=True, exist_ok=True)
    (CORPUS / kind / name).write_bytes(content)


write("safetensors", "one", safetensors({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"12345678"))
write("safetensors", "two", safetensors(
    {"__metadata__": {"k": "v"}, "a": {"dtype": "U8", "shape": [2, 1], "data_offsets": [0, 2]},
     "b": {"dtype": "BF16", "shape": [], "data_offsets": [2, 4]}}, b"1234"))
write("validate", "good", struct.pack("<iiifii", 1024, 1024, 50, 5.0, 1, 0) + b"\0" + "一只猫".encode())
(CORPUS / "pickle").mkdir(parents=True, exist_ok=True)
torch.save({"w": torch.arange(6.0).reshape(2, 3)}, CORPUS / "pickle" / "one")
torch.save({"state_dict": {"a": torch.zeros(2, 2).t(), "b": torch.nn.Parameter(torch.ones(1).half())}, "step": 3},
           CORPUS / "pickle" / "nested")
