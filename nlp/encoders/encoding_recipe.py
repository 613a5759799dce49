"""How an encoder's folder wants to be asked: which tokens make the vector, what stands before a question or a passage.

In: a located model. Out: a recipe. Its card speaks first; then the files that the library sentence-transformers writes
beside a model (1_Pooling/config.json, config_sentence_transformers.json, sentence_bert_config.json); where neither
does: the mean, nothing before a text. It does not know the model's inside.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from model_cards import Located
from nlp.records import EncoderUnavailable

Pooling = Literal["mean", "cls"]
POOLING_FILE = Path("1_Pooling") / "config.json"
PROMPTS_FILE = Path("config_sentence_transformers.json")
LENGTH_FILE = Path("sentence_bert_config.json")
SWITCH = "pooling_mode_"
QUESTION_PROMPTS = ("query", "question")
PASSAGE_PROMPTS = ("passage", "document", "corpus")
MAX_TOKENS = 256
"""max_seq_length of all-MiniLM-L6-v2; longer input was not trained for."""
LONGEST = 512
"""Positions that a BERT has; attention over more would take memory by the square."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`question` and `passage` are put before a text of that role."""

    pooling: Pooling = "mean"
    question: str = ""
    passage: str = ""
    max_tokens: int = MAX_TOKENS


def read_recipe(located: Located) -> Recipe:
    """Read how a model wants to be asked.

    Raises:
        EncoderUnavailable: a file beside the model is not what the library writes, or asks for another pooling.
    """
    said, folder = located.card.encoding, located.path
    prompts = _read(folder / PROMPTS_FILE).get("prompts")
    prompts = prompts if isinstance(prompts, dict) else {}
    length = said.max_tokens or _read(folder / LENGTH_FILE).get("max_seq_length") or MAX_TOKENS
    return Recipe(
        pooling=_pooling(said.pooling, folder / POOLING_FILE),
        question=said.question or _first(prompts, QUESTION_PROMPTS),
        passage=said.passage or _first(prompts, PASSAGE_PROMPTS),
        max_tokens=min(int(length), LONGEST),
    )


def _pooling(said: str, path: Path) -> Pooling:
    if said:
        return "cls" if said == "cls" else "mean"
    row = _read(path)
    switches = {
        key.removeprefix("pooling_mode_"): is_on for key, is_on in row.items() if key.startswith("pooling_mode_")
    }
    chosen = {name for name, is_on in switches.items() if is_on} or {str(row.get("pooling_mode", "mean"))}
    if chosen <= {"cls_token", "cls"}:
        return "cls"
    if chosen <= {"mean_tokens", "mean"}:
        return "mean"
    raise EncoderUnavailable(f"{path} asks for {sorted(chosen)}; only the mean and the first token are built.")


def _first(prompts: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((str(prompts[name]) for name in names if prompts.get(name)), "")


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EncoderUnavailable(f"{path} is not JSON: {error}. Pull the model again.") from error
    if not isinstance(row, dict):
        raise EncoderUnavailable(f"{path} is not a JSON object. Pull the model again.")
    return row
