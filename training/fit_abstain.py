"""Fit the abstain rule: evaluation sets in, the constants of nlp/search/abstain.py and their quality out.

Each set is asked its own questions, questions whose right article was taken out of the base (near-domain,
unanswerable) and questions of the other sets (out of domain), with 20, 200 and all articles. Only sets that may
train what we ship are fitted on, with half of their questions; the other halves and the other sets measure. The
threshold keeps two promises on what it was fitted on: how many of the offered answers are right, and how many of the
questions without an answer are offered one.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from nlp.encoders.embed import Embedder
from nlp.records import Article
from nlp.search.abstain import COMPARED, DENSE_RULE, RULE, AbstainRule, features
from nlp.search.knowledge_base import KnowledgeBase
from training.kb_sets import SET_NAMES, TITLED, KbSet, read_kb_set, with_fewer_articles
from training.remembering_embedder import RememberingEmbedder
from training.search_runs import add_run_options, is_tuned_on, open_base, open_encoder

_TITLED = tuple(f"{name}{TITLED}" for name in ("stackfaq", "tidb_faq_zh", "esun_faq"))
TRAINABLE = frozenset({"cmrc2018", "drcd", "tidb_faq_zh", "stackfaq", "covidfaq", *_TITLED[:2]})
_ENGLISH = frozenset({"stackfaq", "covidfaq", "docs_en"})
_SAME_SUBJECT = (frozenset({"docs_zh", "tidb_faq_zh"}),)  # both hold the manuals of one database
SIZES: Mapping[str, float] = {"20": 20, "200": 200, "all": math.inf}
"""Articles of the bases that are asked."""
QUESTIONS = 150  # of each kind and set
_FOREIGN = 40  # questions from each other set


@dataclass(frozen=True, slots=True)
class Example:
    set_name: str
    kind: str  # "own", "removed" or "foreign"
    features: tuple[float, ...]
    is_right: bool
    is_tuned_on: bool = True
    articles: int = 0  # of the base


_T = TypeVar("_T")
Ask = Callable[[KnowledgeBase, KbSet, str, str, frozenset[str]], Iterator[_T]]
"""A base, the set, a kind, a question and the ids of its right articles in; what is to be fitted or measured out."""


def foreign_questions(name: str, sets: Sequence[KbSet], *, seed: int) -> list[str]:
    """Draw questions of the same language from the other sets."""
    drawn: list[str] = []
    name = name.removesuffix(TITLED)
    for other in sets:
        if other.name.endswith(TITLED):
            continue
        is_other_language = (other.name in _ENGLISH) != (name in _ENGLISH)
        if other.name == name or is_other_language or any({name, other.name} <= pair for pair in _SAME_SUBJECT):
            continue
        questions = sorted(other.questions.values())
        drawn += random.Random(seed).sample(questions, min(_FOREIGN, len(questions)))
    return drawn


def examples(
    kb_set: KbSet,
    foreign: Sequence[str],
    *,
    seed: int,
    ask: Ask[_T],
    questions: int = QUESTIONS,
    embedder: Embedder | None = None,
) -> Iterator[_T]:
    """Ask bases of three sizes; a third of the articles with questions is always taken out."""
    chance = random.Random(seed)
    answered = sorted({article for ids in kb_set.answers.values() for article in ids})
    removed = frozenset(chance.sample(answered, len(answered) // 3))
    own = [name for name, ids in sorted(kb_set.answers.items()) if not ids & removed]
    lost = [name for name, ids in sorted(kb_set.answers.items()) if ids <= removed]
    own, lost = (chance.sample(names, min(questions, len(names))) for names in (own, lost))
    rest = [article for article in kb_set.articles if article.id not in removed]
    chance.shuffle(rest)
    for size in sorted({20, 200, len(rest)}):
        articles, asked = _base(kb_set, own, rest, size)
        with KnowledgeBase(":memory:", embedder=embedder) as base:
            base.put_many(articles)
            for kind, names in (("own", asked), ("removed", lost)):
                for name in names:
                    yield from ask(base, kb_set, kind, kb_set.questions[name], kb_set.answers[name])
            for question in foreign:
                yield from ask(base, kb_set, "foreign", question, frozenset())


def _base(kb_set: KbSet, own: Sequence[str], rest: Sequence[Article], size: int) -> tuple[list[Article], list[str]]:
    """Choose `size` articles, two thirds of them with questions, and those questions."""
    needed: set[str] = set()
    asked: list[str] = []
    for name in own:
        if len(needed | kb_set.answers[name]) <= max(1, size * 2 // 3):
            needed |= kb_set.answers[name]
            asked.append(name)
    others = [article for article in rest if article.id not in needed]
    return [article for article in rest if article.id in needed] + others[: size - len(needed)], asked


def ask_once(
    base: KnowledgeBase, kb_set: KbSet, kind: str, question: str, answers: frozenset[str]
) -> Iterator[Example]:
    hits = base.search(question, top_k=COMPARED, allowed=())
    if hits:
        is_right = hits[0].passage.article_id in answers
        yield Example(kb_set.name, kind, features(hits), is_right, is_tuned_on(question), base.counts().articles)


def example_weights(found: Sequence[Example]) -> np.ndarray:
    """Weigh examples so that every set counts alike, in it every size of base, and half of the questions have an answer
    in the base."""
    counts = Counter((example.set_name, size_of(example), example.kind) for example in found)
    share = {"own": 0.5, "removed": 0.25, "foreign": 0.25}
    return np.array([share[one.kind] / len(SIZES) / counts[one.set_name, size_of(one), one.kind] for one in found])


def size_of(example: Example) -> str:
    """Return which size of base an example was asked of."""
    return next((name for name, most in SIZES.items() if example.articles <= most), "all")


def levelled(
    rule: AbstainRule, found: Sequence[Example], right: np.ndarray, weights: np.ndarray, *, answered: float
) -> AbstainRule:
    """Weigh among how few passages a hit was found so that one threshold answers no more of what has no answer in large
    bases than in small ones: the regression asks for the usual case, a promise for the worst. What that gives is
    brought back to a probability."""
    reached, few = [], []
    for size in SIZES:
        lost = [one for one in found if one.kind == "removed" and size_of(one) == size]
        if lost:
            values = np.array([one.features for one in lost])
            logits = rule.intercept + values @ np.array(rule.weights)
            reached.append(np.quantile(logits, 1 - answered))
            few.append(values[:, -1].mean())
    slope = float(np.polyfit(few, reached, 1)[0]) if len(few) > 1 else 0.0
    steeper = np.array((*rule.weights[:-1], rule.weights[-1] - slope))
    scale = fit_rule(np.array([one.features for one in found]) @ steeper[:, None], right, weights)
    return AbstainRule(scale.intercept, tuple((scale.weights[0] * steeper).tolist()), threshold=1.0)


def threshold_for(promise: float, confidences: np.ndarray, is_right: np.ndarray, weights: np.ndarray) -> float:
    """Return the lowest confidence from which on the promised share of answers is right; 1 if there is none."""
    order = np.argsort(-confidences)
    precision = np.cumsum((is_right * weights)[order]) / np.cumsum(weights[order])
    kept = np.flatnonzero(precision >= promise)
    return float(confidences[order][kept[-1]]) if len(kept) else 1.0


def threshold_against(answered: float, confidences: np.ndarray, kinds: Sequence[str]) -> float:
    """Return the lowest confidence from which on no more than this share of each set's unanswerable is offered.

    The sets are taken together, each kind by itself: the worse of the two decides.
    """
    worst = 0.0
    for kind in ("removed", "foreign"):
        chosen = confidences[np.array([one == kind for one in kinds])]
        if len(chosen):
            worst = max(worst, float(np.quantile(chosen, 1 - answered)))
    return worst


def precision_at_coverage(coverage: float, fitted: np.ndarray, held: np.ndarray, is_right: np.ndarray) -> float:
    """Return how many of the held answers are right above the confidence that offers this share of the fitted."""
    offered = held >= np.quantile(fitted, 1 - coverage)
    return float(is_right[offered].mean()) if offered.any() else float("nan")


def report(console: Console, found: Sequence[Example], confidences: np.ndarray, threshold: float) -> None:
    """Print, by set and half: precision of what is offered, and the share offered of each kind of question."""
    table = Table("set", "half", "precision", *(f"offered {kind}" for kind in _KINDS), "right at 30%")
    own = np.array([example.kind == "own" for example in found])
    right = np.array([example.is_right for example in found])
    fitted = np.array([example.set_name in TRAINABLE and example.is_tuned_on for example in found])
    sizes = tuple(f"{size} articles" for size in SIZES)
    for name in (*sorted({example.set_name for example in found}), *sizes, "all"):
        of_set = np.array([name in ("all", one.set_name, f"{size_of(one)} articles") for one in found])
        for half, here in (("fitted", of_set & fitted), ("held", of_set & ~fitted)):
            if not here.any():
                continue
            offered = here & (confidences >= threshold)
            shares = [
                f"{offered[chosen].mean():.3f}" if chosen.any() else "-"
                for chosen in (here & np.array([example.kind == kind for example in found]) for kind in _KINDS)
            ]
            precision = right[offered & own].mean() if (offered & own).any() else float("nan")
            covered = precision_at_coverage(0.3, confidences[fitted & own], confidences[here & own], right[here & own])
            table.add_row(name, half, f"{precision:.3f}", *shares, f"{covered:.3f}")
    console.print(table)


_KINDS = ("own", "removed", "foreign")


def read_sets(options: argparse.Namespace) -> list[KbSet]:
    """Read the chosen sets, with as many articles as wanted."""
    names = options.sets.split(",")
    return [with_fewer_articles(read_kb_set(options.data / name), options.articles) for name in names]


def remembering(options: argparse.Namespace, sets: Sequence[KbSet]) -> RememberingEmbedder | None:
    """Load the encoder, and let it see every passage of the sets once; None where words alone are asked."""
    plain = open_encoder(options.encoder)
    if plain is None:
        return None
    embedder = RememberingEmbedder(plain)
    for kb_set in track(sets, description="embedding", console=Console(stderr=True)):
        with open_base(options.work, kb_set.name, embedder) as whole:
            whole.put_many(kb_set.articles)
            whole.embed_missing()
            embedder.learn(whole)
    return embedder


def gather(options: argparse.Namespace) -> list[Example]:
    """Ask all sets."""
    sets = read_sets(options)
    embedder = remembering(options, sets)
    found: list[Example] = []
    for kb_set in track(sets, description="asking", console=Console(stderr=True)):
        foreign = foreign_questions(kb_set.name, sets, seed=options.seed)[: options.questions]
        found += examples(
            kb_set, foreign, seed=options.seed, ask=ask_once, questions=options.questions, embedder=embedder
        )
    return found


def fit_rule(values: np.ndarray, right: np.ndarray, weights: np.ndarray) -> AbstainRule:
    """Fit a logistic regression in which nothing that speaks for a hit speaks against it; its threshold is still 1."""
    kept = np.ones(values.shape[1], bool)
    while True:
        model = LogisticRegression(C=10.0, max_iter=1000)
        model.fit(values[:, kept], right, sample_weight=weights)
        if (model.coef_[0] >= 0).all():
            break
        kept[np.flatnonzero(kept)[model.coef_[0].argmin()]] = False
    coefficients = np.zeros(len(kept))
    coefficients[kept] = model.coef_[0]
    return AbstainRule(float(model.intercept_[0]), tuple(coefficients.tolist()), threshold=1.0)


def judged(rule: AbstainRule, values: np.ndarray) -> np.ndarray:
    """Return the confidence of each row."""
    confidences: np.ndarray = 1 / (1 + np.exp(-(rule.intercept + values @ np.array(rule.weights))))
    return confidences


def fitted(found: Sequence[Example], chosen: np.ndarray, options: argparse.Namespace) -> AbstainRule:
    """Fit on the chosen examples, with the threshold that keeps both promises on them."""
    some = [example for example, is_chosen in zip(found, chosen, strict=True) if is_chosen]
    values = np.array([example.features for example in some])  # (n, k)
    right = np.array([example.is_right for example in some])
    weights = example_weights(some) * len(some) / len({example.set_name for example in some})
    rule = fit_rule(values, right, weights)
    rule = levelled(rule, some, right, weights, answered=options.answered) if options.encoder else rule
    sure = judged(rule, values)
    threshold = max(
        threshold_for(options.promise, sure, right, weights),
        threshold_against(options.answered, sure, [example.kind for example in some]),
    )
    return replace(rule, threshold=threshold)


def without_one_set(console: Console, found: Sequence[Example], options: argparse.Namespace) -> None:
    """Print what a rule does on each set that was left out while it was fitted, threshold included."""
    for left_out in sorted({example.set_name for example in found} & TRAINABLE):
        chosen = np.array([one.set_name in TRAINABLE - {left_out} and one.is_tuned_on for one in found])
        rule = fitted(found, chosen, options)
        here = [example for example in found if example.set_name == left_out]
        offered = judged(rule, np.array([example.features for example in here])) >= rule.threshold
        shares = {
            kind: [float(yes) for yes, one in zip(offered, here, strict=True) if one.kind == kind] for kind in _KINDS
        }
        right = [one.is_right for yes, one in zip(offered, here, strict=True) if yes and one.kind == "own"]
        told = "  ".join(f"{kind} {np.mean(shares[kind]):.3f}" for kind in _KINDS if shares[kind])
        console.print(f"without {left_out:12} offered: {told}  right {np.mean(right) if right else float('nan'):.3f}")


def main() -> None:
    """Fit, print the constants and what they promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_run_options(parser)
    parser.set_defaults(sets=",".join((*SET_NAMES, *_TITLED)))
    parser.add_argument("--promise", type=float, default=0.90, help="share of offered answers that must be right")
    parser.add_argument("--answered", type=float, default=0.015, help="share of unanswerable questions offered one")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of each kind and set")
    parser.add_argument("--articles", type=int, default=2500, help="of each set; embedding more takes long")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--judge", type=float, default=None, metavar="THRESHOLD", help="tell of the rule in use, from here on; fit none"
    )
    parser.add_argument("--keep", type=Path, default=None, help="a file for what was asked; if it is there, nothing is")
    options = parser.parse_args()
    console = Console(width=140)
    if options.keep is not None and options.keep.exists():
        found = [Example(**row) for row in map(json.loads, options.keep.read_text(encoding="utf-8").splitlines())]
    else:
        found = gather(options)
    if options.keep is not None:
        options.keep.write_text("".join(json.dumps(asdict(one)) + "\n" for one in found), encoding="utf-8")
    in_use = DENSE_RULE if options.encoder else RULE
    if options.judge is not None:
        report(console, found, judged(in_use, np.array([example.features for example in found])), options.judge)
        return
    rule = fitted(found, np.array([one.set_name in TRAINABLE and one.is_tuned_on for one in found]), options)
    coefficients = ", ".join(f"{weight:.2f}" for weight in rule.weights)
    console.print(
        f"AbstainRule(intercept={rule.intercept:.2f}, weights=({coefficients}), threshold={rule.threshold:.3f})"
    )
    console.print(f"in use: {in_use}")
    report(console, found, judged(rule, np.array([example.features for example in found])), rule.threshold)
    without_one_set(console, found, options)


if __name__ == "__main__":
    main()
