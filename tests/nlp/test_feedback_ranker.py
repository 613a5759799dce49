"""Verdicts teach an order for articles nobody judged; turned-round and chance verdicts are refused."""

from __future__ import annotations

import pytest

from nlp.records import Hit, NlpError, Passage, Signals
from nlp.search.feedback_ranker import (
    LEAST_JUDGED,
    FeedbackWeights,
    JudgedQuestion,
    learn_ranking,
    read_weights,
    reranked,
    write_weights,
)


def hit(article_id: str, score: float, *, title: float) -> Hit:
    return Hit(Passage(article_id, "", "", "text", 0, 4), score, signals=Signals(lexical=score, title=title))


def question(number: int, *, helped: str) -> JudgedQuestion:
    """The right article stands second, and its title holds the question; other articles each time."""
    hits = (hit(f"near-{number}", 1.0, title=0.1), hit(f"title-{number}", 0.95, title=0.9))
    return JudgedQuestion(hits, frozenset({f"{helped}-{number}"}), frozenset())


def test_what_helped_teaches_articles_that_nobody_judged() -> None:
    lesson = learn_ranking([question(at, helped="title") for at in range(60)], in_force=FeedbackWeights())
    assert lesson.outcome == "taken"
    assert lesson.after > lesson.before
    fresh = reranked(question(99, helped="title").hits, lesson.weights)
    assert [one.passage.article_id for one in fresh] == ["title-99", "near-99"]
    assert [one.score for one in fresh] == [1.0, 0.95]


def test_verdicts_turned_round_are_refused() -> None:
    judged = [question(at, helped="title" if at < 40 else "near") for at in range(60)]
    lesson = learn_ranking(judged, in_force=FeedbackWeights())
    assert lesson.outcome == "refused"
    assert lesson.weights == FeedbackWeights()


def test_a_gain_that_chance_would_give_is_not_taken() -> None:
    judged = [question(at, helped="title" if at % 2 else "near") for at in range(60)]
    assert learn_ranking(judged, in_force=FeedbackWeights()).outcome in ("unchanged", "refused")


def test_few_verdicts_are_not_tried() -> None:
    judged = [question(at, helped="title") for at in range(LEAST_JUDGED - 1)]
    assert learn_ranking(judged, in_force=FeedbackWeights()).outcome == "too_few"


def test_without_weights_nothing_moves() -> None:
    hits = question(1, helped="title").hits
    assert reranked(hits, FeedbackWeights()) == hits


def test_weights_read_as_they_were_written() -> None:
    weights = FeedbackWeights((0.5, 0.0, 1.25, 0.0, -0.5, 0.0, 0.0))
    assert read_weights(write_weights(weights)) == weights


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"weights": {"title": "x"}}'])
def test_a_file_of_something_else_is_told(text: str) -> None:
    with pytest.raises(NlpError, match="beforehand learn"):
        read_weights(text)
