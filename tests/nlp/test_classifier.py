"""Labels from few examples: fitted, saved without pickle, honest about strangers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nlp import Classifier, Labelled, fit_classifier
from nlp.classifier_fit import FitOptions
from nlp.encoders.embed import Embedder, build_embedder
from nlp.records import LabelsInvalid

REPAIR = [
    "空调不制冷",
    "洗衣机漏水了",
    "冰箱坏了不制冷",
    "电视坏了",
    "空调漏水",
    "the washer leaks",
    "my fridge is broken",
    "the tv is broken",
]
REFUND = [
    "我要退款",
    "申请退货退款",
    "怎么退货",
    "退款什么时候到",
    "我要退货",
    "I want a refund",
    "refund my order",
    "when is the refund",
]
EXAMPLES = [Labelled(text, "repair") for text in REPAIR] + [Labelled(text, "refund") for text in REFUND]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return fit_classifier(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "label"),
    [("冰箱漏水", "repair"), ("我想退款", "refund"), ("the fridge leaks", "repair"), ("give me a refund", "refund")],
)
def test_run_names_the_label(classifier: Classifier, text: str, label: str) -> None:
    result = classifier.run(text)
    assert result.label == label
    assert result.top[0].confidence == result.confidence > 0.5
    assert not result.is_out_of_scope


@pytest.mark.parametrize("text", ["", "жжж", "!!!"])
def test_a_text_without_known_grams_is_out_of_scope(classifier: Classifier, text: str) -> None:
    assert classifier.run(text).is_out_of_scope


def test_saved_classifier_answers_alike(classifier: Classifier, tmp_path: Path) -> None:
    classifier.save(tmp_path / "model")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["labels.json", "weights.npz"]
    assert Classifier.load(tmp_path / "model").run("冰箱漏水") == classifier.run("冰箱漏水")


def test_fitting_twice_gives_the_same(classifier: Classifier) -> None:
    assert fit_classifier(EXAMPLES).run("退货") == classifier.run("退货")


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([], "two labels"),
        ([Labelled("a b", "x"), Labelled("a c", "x")], "two labels"),
        ([Labelled("a b", "x"), Labelled("a c", "x"), Labelled("d", "y")], "too few examples .* of: y"),
    ],
)
def test_too_few_examples_are_refused(examples: list[Labelled], message: str) -> None:
    with pytest.raises(LabelsInvalid, match=message):
        fit_classifier(examples)


def test_a_folder_without_a_classifier_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LabelsInvalid, match="classify fit"):
        Classifier.load(tmp_path)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return build_embedder("hashed")


def test_an_encoder_answers_beside_the_ngrams(embedder: Embedder, tmp_path: Path) -> None:
    options = FitOptions(encode=embedder.embed, encoder=embedder.engine)
    both = fit_classifier(EXAMPLES, options=options)
    assert both.engine == f"ngrams+{embedder.engine}"
    assert both.run("冰箱漏水").label == "repair"
    both.save(tmp_path)
    loaded = Classifier.load(tmp_path)
    assert loaded.engine == "ngrams"
    assert loaded.run("冰箱漏水") == fit_classifier(EXAMPLES).run("冰箱漏水")
    again = loaded.with_encoder(embedder.embed, engine=embedder.engine)
    assert again.run("冰箱漏水") == both.run("冰箱漏水") != loaded.run("冰箱漏水")


def test_another_encoder_than_it_was_fitted_with_is_refused(classifier: Classifier, embedder: Embedder) -> None:
    with pytest.raises(LabelsInvalid, match="fit it again"):
        classifier.with_encoder(embedder.embed, engine="onnx:another")


def test_texts_labelled_together_are_labelled_alike(classifier: Classifier) -> None:
    texts = ["冰箱漏水", "give me a refund", ""]
    assert classifier.run_all(texts) == [classifier.run(text) for text in texts]


@pytest.mark.parametrize(("text", "unknown"), [("冰箱漏水", "饕餮蠛蠓"), ("give me a refund", "жжж щщщ zyzzyva")])
def test_words_that_no_example_has_make_a_text_less_known(classifier: Classifier, text: str, unknown: str) -> None:
    assert classifier.run(f"{text} {unknown}").scope_score < classifier.run(text).scope_score


def drawn(count: int, *, seed: int) -> list[Labelled]:
    """Draw texts of six topics: words of the topic, words of all, and rare ones that no two share, as people do."""
    draw = random.Random(seed)

    def text(topic: int) -> str:
        own = [chr(0x4E00 + 40 * topic + draw.randrange(15)) for _ in range(draw.choice((2, 4)))]
        of_all = [chr(0x5000 + draw.randrange(30)) for _ in range(3)]
        return "".join(own + of_all + [chr(0x6000 + draw.randrange(8_000)) for _ in range(2)])

    return [Labelled(text(topic), str(topic)) for topic in range(6) for _ in range(count)]


def test_new_texts_of_the_same_kind_are_refused_about_as_often_as_promised() -> None:
    """None at all where held-out examples look stranger than new texts do."""
    fitted = fit_classifier(drawn(20, seed=10))
    refused = [result.is_out_of_scope for result in fitted.run_all([one.text for one in drawn(200, seed=11)])]
    assert 0.01 < sum(refused) / len(refused) < 0.09
