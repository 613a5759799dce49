"""The encoder while it is trained: a teacher's transformer under a table of words of which a part is new.

In: token ids and what is padding. Out: unit rows, and files that `build_embedder("onnx", folder=...)` opens. English
vectors cannot move while only the new rows are trained. It does not know what it is trained on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from training.encoder_vocabulary import Vocabulary, tokenizer_file

Floats = npt.NDArray[np.float32]
MAX_TOKENS = 256
"""max_seq_length of all-MiniLM-L6-v2."""
EVEN = 8
"""Lengths of batches are multiples of it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids with padding, and 1 where none is; both (n, t)."""

    ids: Tensor
    mask: Tensor


class BilingualEncoder(nn.Module):
    """`fixed` are the rows of the teacher's pieces, `learned` those of the new ones; numbers run through both."""

    def __init__(self, transformer: BertModel, vocabulary: Vocabulary, first: Floats) -> None:
        super().__init__()
        table = transformer.get_input_embeddings().weight.detach()  # type: ignore[no-untyped-call]
        self.fixed = nn.Parameter(table[list(vocabulary.kept)].clone())
        self.learned = nn.Parameter(torch.from_numpy(first.copy()))
        self.transformer = transformer
        # Rows come from the two tables.
        transformer.set_input_embeddings(nn.Embedding(1, table.shape[1]))  # type: ignore[no-untyped-call]

    def forward(self, batch: Batch) -> Tensor:
        """Return (n, width) unit rows: the mean over the tokens that are not padding."""
        with mixed(batch.ids.device):
            hidden = self.transformer(inputs_embeds=self._rows(batch.ids), attention_mask=batch.mask).last_hidden_state
        hidden, kept = hidden.float(), batch.mask[:, :, None].float()
        return functional.normalize((hidden * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1), dim=-1)

    def _rows(self, ids: Tensor) -> Tensor:
        first = self.fixed.shape[0]
        is_new = (ids >= first)[:, :, None]
        old = functional.embedding(ids.clamp(max=first - 1), self.fixed)
        new = functional.embedding((ids - first).clamp(min=0), self.learned)
        return torch.where(is_new, new, old)

    def train_words_and_layers(self, *, layers: bool) -> None:
        """Let the new rows move and, if so wished, the layers; never the English rows."""
        for parameter in self.parameters():
            parameter.requires_grad_(False)
        self.learned.requires_grad_(True)
        for parameter in self.moving_layers():
            parameter.requires_grad_(layers)

    def moving_layers(self) -> list[nn.Parameter]:
        return list(self.transformer.encoder.parameters())

    def merged(self) -> BertModel:
        """Return an ordinary model whose table holds both parts; it shares the other weights with this one."""
        table = torch.cat([self.fixed, self.learned]).detach()
        joined = nn.Embedding.from_pretrained(table, padding_idx=0)  # type: ignore[no-untyped-call]
        self.transformer.set_input_embeddings(joined)  # type: ignore[no-untyped-call]
        self.transformer.config.vocab_size = table.shape[0]
        return self.transformer


def mixed(device: torch.device) -> torch.autocast:
    """Multiply in bfloat16: on processors that can, three times faster; vectors stay within cosine .9995."""
    return torch.autocast(device.type, torch.bfloat16)


def load_teacher(folder: Path) -> BertModel:
    """Load the teacher; dropout is off, here and in training: the pairs are few, the targets exact."""
    loaded: BertModel = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
    loaded.eval()  # type: ignore[no-untyped-call]
    return loaded


def batch_of(rows: Sequence[Sequence[int]], *, padding: int, device: torch.device) -> Batch:
    """Pad rows of token ids to one length, of few lengths: for each shape code is made at its first multiplication."""
    length = -(-max(map(len, rows)) // EVEN) * EVEN
    ids = torch.full((len(rows), length), padding, dtype=torch.long)
    mask = torch.zeros((len(rows), length), dtype=torch.long)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return Batch(ids.to(device), mask.to(device))


def save_sentence_transformer(model: BertModel, vocabulary: Vocabulary, folder: Path) -> None:
    """Write a folder that the library sentence-transformers opens: the reference for the exported one."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    write_tokenizer(vocabulary, folder)
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    own = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS, **special}
    _write(folder / "tokenizer_config.json", own)
    _write(folder / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False})
    write_pooling(folder, width=model.config.hidden_size)
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    modules = [
        {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for at, (path, kind) in enumerate(kinds)
    ]
    _write(folder / "modules.json", modules)


def write_tokenizer(vocabulary: Vocabulary, folder: Path) -> None:
    text = json.dumps(tokenizer_file(vocabulary), ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text + "\n", encoding="utf-8")


def write_pooling(folder: Path, *, width: int) -> None:
    (folder / "1_Pooling").mkdir(exist_ok=True)
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": width, "pooling_mode_mean_tokens": True})


def _write(path: Path, content: Mapping[str, Any] | list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
