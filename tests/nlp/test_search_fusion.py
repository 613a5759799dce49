"""Words and meaning count on scales of their own; what a base learned is kept; a rival is about something else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from nlp.encoders.embed import build_embedder
from nlp.records import Article, Hit, Match, Passage, Signals
from nlp.search import ranker_table
from nlp.search.abstain import DENSE_RULE, confidence
from nlp.search.centre import Centre, nowhere
from nlp.search.fit_fusion import GRID, best_weight
from nlp.search.fuse import Alike, Fusion, compared, fuse
from nlp.search.knowledge_base import KnowledgeBase
from nlp.search.lexical import Scored

COSINES = {1: 0.2, 2: 0.6}


def scored(passage: int, score: float, coverage: float) -> Scored:
    return Scored(passage, passage, score, Match(coverage, 1.0, 3.0))


def order(words: tuple[Scored, ...], fusion: Fusion, cosines: dict[int, float] = COSINES) -> list[int]:
    near = {number: Alike(cosine, cosine) for number, cosine in cosines.items()}
    return [candidate.scored.passage for candidate in fuse(words, near, fusion)]


@pytest.mark.parametrize(
    ("score", "coverage", "found"),
    [
        pytest.param(60.0, 1.0, [1, 2], id="a long question, all of it there"),
        pytest.param(60.0, 0.2, [2, 1], id="as long, little of it there"),
        pytest.param(4.0, 1.0, [2, 1], id="common words, all of them there"),
    ],
)
def test_words_count_as_much_as_they_tell(score: float, coverage: float, found: list[int]) -> None:
    assert order((scored(1, score, coverage), scored(2, score / 10, coverage / 2)), Fusion()) == found


@pytest.mark.parametrize(("weight", "found"), [(0.0, [1, 2]), (1.0, [2, 1])])
def test_a_weight_of_one_leg_is_that_leg(weight: float, found: list[int]) -> None:
    assert order((scored(1, 9.0, 1.0), scored(2, 3.0, 0.4)), Fusion(weight)) == found


def test_a_passage_without_a_vector_counts_as_the_least_alike() -> None:
    words = (scored(1, 9.0, 1.0), scored(2, 3.0, 0.4), scored(3, 0.1, 0.1))
    candidates = {one.scored.passage: one for one in fuse(words, {1: Alike(0.2, 0.2), 2: Alike(0.6, 0.6)}, Fusion())}
    assert (candidates[3].cosine, candidates[3].nearness, candidates[3].dense) == (None, None, 0.0)
    assert candidates[1].dense == 0.0


def test_without_vectors_the_words_keep_their_own_scale() -> None:
    assert [one.score for one in fuse((scored(1, 9.0, 1.0), scored(2, 3.0, 0.4)), {}, Fusion())] == [9.0, 3.0]


def test_what_all_passages_share_makes_none_alike() -> None:
    shared = np.array([1.0, 0.0, 0.0], np.float32)
    rows = {1: np.array([0.9, 0.43, 0.0], np.float32), 2: np.array([0.7, 0.0, 0.71], np.float32)}
    question = np.array([0.8, 0.1, 0.59], np.float32)
    plain, centred = (compared(question, rows, centre) for centre in (nowhere(3), Centre(shared * 0.7, shared * 0.7)))
    assert max(plain, key=lambda number: plain[number].likeness) == 2
    assert centred[2].likeness - centred[1].likeness > plain[2].likeness - plain[1].likeness
    assert [one.cosine for one in centred.values()] == [one.cosine for one in plain.values()]


@pytest.fixture
def file() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE rankers (engine TEXT PRIMARY KEY, ranker TEXT NOT NULL) STRICT")
        yield connection


def test_what_was_learned_is_kept(file: sqlite3.Connection) -> None:
    centre = Centre(np.array([0.25, 0.5], np.float32), np.array([0.125, 0.0], np.float32))
    ranker_table.keep(file, "hashed", ranker_table.Kept(Fusion(0.4, 0.1, 0.2, centre), 77))
    kept = ranker_table.load(file, "hashed")
    assert (kept.passages, kept.fusion.dense_weight, kept.fusion.usual, kept.fusion.spread) == (77, 0.4, 0.1, 0.2)
    assert kept.fusion.centre is not None
    assert kept.fusion.centre.passages.tolist() == [0.25, 0.5]
    assert kept.fusion.centre.questions.tolist() == [0.125, 0.0]
    assert ranker_table.load(file, "another") == ranker_table.Kept(Fusion(), 0)


def test_what_was_learned_for_another_way_of_fusing_is_learned_anew(file: sqlite3.Connection) -> None:
    file.execute("INSERT INTO rankers VALUES ('hashed', '{\"dense_weight\": 1.0, \"passages\": 500}')")
    assert ranker_table.load(file, "hashed") == ranker_table.Kept(Fusion(), 0)


@pytest.mark.parametrize(
    ("reciprocal_ranks", "weight"),
    [
        pytest.param([[1.0, 0.2]] * 20, 0.0, id="always better by words"),
        pytest.param([[1.0, 0.5], [0.3, 1.0]] * 10, GRID[-1], id="now this, now that"),
        pytest.param([[0.5, 0.5]] * 20, GRID[-1], id="alike"),
    ],
)
def test_the_default_stays_unless_another_weight_is_surely_better(
    reciprocal_ranks: list[list[float]], weight: float
) -> None:
    found = np.array([[row[0]] + [row[1]] * (len(GRID) - 1) for row in reciprocal_ranks])
    assert best_weight(found) == weight


def test_a_base_learns_from_its_own_passages() -> None:
    with KnowledgeBase(":memory:", embedder=build_embedder("hashed")) as base:
        base.put_many(
            Article(str(at), "", f"Part {at} leaks. Replace seal {at}. 零件{at}漏水。请更换密封圈{at}。")
            for at in range(60)
        )
        learnt = base.learn_fusion()
    assert learnt is not None
    assert learnt.questions > 0
    assert learnt.fusion.dense_weight in GRID
    assert learnt.fusion.centre is not None
    assert abs(learnt.fusion.usual) < learnt.fusion.spread


def hit(title: str, score: float, nearness: float = 3.0, *, coverage: float = 0.7) -> Hit:
    signals = Signals(nearness=nearness)
    return Hit(Passage(title, title, "", "text", 0, 4), score, "", Match(coverage, 1.0, 4.0, among=200), signals)


def test_confidence_rises_with_nearness_coverage_and_the_lead() -> None:
    def sure(nearness: float, coverage: float, second: float) -> float:
        return confidence([hit("空调漏水", 1.0, nearness, coverage=coverage), hit("Leaking washer", second)])

    for steps in (
        [sure(nearness, 0.7, 0.5) for nearness in (-1.0, 1.0, 3.0, 5.0)],
        [sure(3.0, coverage, 0.5) for coverage in (0.1, 0.4, 0.7, 1.0)],
        [sure(3.0, 0.7, second) for second in (0.9, 0.7, 0.5, 0.1)],
    ):
        assert steps == sorted(steps)
        assert steps[0] < steps[-1]


def test_an_article_of_the_same_title_is_no_rival() -> None:
    alone = confidence([hit("退款", 1.0), hit("Refunds", 0.2)])
    assert confidence([hit("退款", 1.0), hit("退款", 0.95), hit("Refunds", 0.2)]) == alone
    assert confidence([hit("退款", 1.0), hit("换货", 0.95), hit("Refunds", 0.2)]) < alone
    assert confidence([hit("", 1.0), hit("", 0.95)]) < confidence([hit("", 1.0), hit("", 0.2)])


def test_a_rival_of_the_same_language_counts_before_a_translation() -> None:
    def text(title: str, body: str, score: float) -> Hit:
        return Hit(
            Passage(title, title, "", body, 0, 4), score, "", Match(0.7, 1.0, 4.0, among=200), Signals(nearness=3.0)
        )

    first, translated = text("退款", "七天内可以退款。", 1.0), text("Refunds", "You can return it.", 0.9)
    other = text("换货", "换货请联系客服。", 0.2)
    assert confidence([first, translated, other]) == confidence([first, other])
    assert confidence([first, translated]) < confidence([first, other])


def test_the_same_hit_is_surer_among_few_passages() -> None:
    few, many = (replace(hit("退款", 1.0), match=Match(0.7, 1.0, 4.0, among=among)) for among in (20, 2_000))
    rival = hit("Refunds", 0.5)
    assert confidence([many, rival]) < confidence([few, rival])


def test_a_hit_beside_itself_has_no_lead() -> None:
    one = hit("退款", 1.0)
    assert confidence([one, one]) < confidence([one])


def test_a_far_hit_is_never_offered_however_alone_it_stands() -> None:
    assert confidence([hit("退款", 1.0, -1.0, coverage=0.0)]) < DENSE_RULE.threshold
