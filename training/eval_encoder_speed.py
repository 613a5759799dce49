"""Measure what int8 gains and loses: a trained folder and what was shipped of it in, times and nearness out.

One question at a time, the two engines in turn in one process, one thread each, CPU time: other work on the machine
disturbs both alike and is not counted. The reference is torch in fp32 as transformers runs it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from tokenizers import Tokenizer
from transformers import BertModel

from nlp.encoders.embed import Vectors
from training.eval_encoder import open_encoder
from training.kb_sets import read_kb_set

ROUNDS = 3


def torch_encoder(folder: Path) -> Callable[[str], Vectors]:
    """Return what encodes one text by torch."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()  # type: ignore[no-untyped-call]

    def encode(text: str) -> Vectors:
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.inference_mode():
            row = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].mean(dim=0)
        found: Vectors = torch.nn.functional.normalize(row, dim=0).numpy()
        return found

    return encode


def median_ms(encode: Callable[[str], Vectors], texts: Sequence[str]) -> float:
    """Return the median of the CPU time of one text."""
    times = []
    for text in texts:
        begun = time.process_time()
        encode(text)
        times.append((time.process_time() - begun) * 1_000)
    return statistics.median(times)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--trained", type=Path, required=True, help="the folder that training.distil_encoder wrote")
    parser.add_argument("--model", default="minilm-l6-zh-en-tuned")
    parser.add_argument("--limit", type=int, default=100, help="questions of each set")
    options = parser.parse_args()
    torch.set_num_threads(1)
    shipped = open_encoder(options.model, models_dir=None, threads=1)
    reference = torch_encoder(options.trained)
    table = Table("questions", "texts", "torch fp32 ms", "int8 ms", "times faster", "cosine, mean", "least")
    for name in ("docs_zh", "docs_en"):
        texts = list(read_kb_set(options.data / name).questions.values())[: options.limit]
        pairs = [
            (median_ms(reference, texts), median_ms(lambda text: shipped.embed([text])[0], texts))
            for _ in range(ROUNDS)
        ]
        slow, fast = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
        near = np.array([float(reference(text) @ shipped.embed([text])[0]) for text in texts])
        figures = (f"{slow:.2f}", f"{fast:.2f}", f"{slow / fast:.2f}", f"{near.mean():.4f}", f"{near.min():.4f}")
        table.add_row(name, str(len(texts)), *figures)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
