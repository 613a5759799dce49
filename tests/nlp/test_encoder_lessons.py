"""What an encoder is taught from: terms said in both languages, questions and the passages beside them."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from training.code_switching import switched, ways_of
from training.encoder_vocabulary import SPECIAL, Vocabulary
from training.parallel_texts import CHINESE_CORPORA, Pair, read_terms
from training.question_passages import TRAINED_SETS, read_asked
from training.search_runs import is_tuned_on
from training.word_alignment import NOBODY, Link


def write_set(folder: Path, rows: dict[str, str], questions: dict[str, str], answers: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    lines = (json.dumps({"_id": name, "text": text}, ensure_ascii=False) for name, text in rows.items())
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    asked = (json.dumps({"_id": name, "text": text}, ensure_ascii=False) for name, text in questions.items())
    (folder / "queries.jsonl").write_text("\n".join(asked), encoding="utf-8")
    right = "".join(f"{question}\t{article}\t1\n" for question, article in answers.items())
    (folder / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{right}", encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("使用“向量嵌入（vector embedding）”。", {Pair("向量嵌入", "vector embedding")}, id="full width"),
        pytest.param("支持 故障切换 (Failover)", {Pair("故障切换", "Failover")}, id="half width"),
        pytest.param("中华人民共和国国家标准化组织 (Standards)", set(), id="its beginning is too far away"),
        pytest.param("角色 (RBAC)", set(), id="letters that stand for words"),
        pytest.param("refund (money)", set(), id="nothing Chinese"),
    ],
)
def test_terms_are_read_where_a_text_says_them_in_both_languages(tmp_path: Path, text: str, terms: set[Pair]) -> None:
    for name in CHINESE_CORPORA:
        write_set(tmp_path / name, {"a": text}, {}, {})
    assert set(read_terms(tmp_path)) == terms


@pytest.mark.parametrize(
    ("page", "title", "terms"),
    [
        ("faq/reset-a-password.md#0", "重置密码", {Pair("重置密码", "reset a password")}),
        ("faq/reset-a-password.md#1", "步骤", set()),
        ("faq/reset-a-password.md#0", "Reset", set()),
    ],
)
def test_a_pages_file_says_its_title_in_english(tmp_path: Path, page: str, title: str, terms: set[Pair]) -> None:
    for name in CHINESE_CORPORA:
        write_set(tmp_path / name, {page: f"{title}\n先登录。"}, {}, {})
    assert set(read_terms(tmp_path)) == terms


def test_questions_have_their_passage_a_wrong_one_and_only_the_tuned_half(tmp_path: Path) -> None:
    rows = {f"d{at}": f"重置第{at}个密码\n打开设置里的安全页面，点击重置密码，共{at}步。" for at in range(20)}
    questions = {f"q{at}": f"怎样重置第{at}个密码，在哪里？" for at in range(20)}
    for name in TRAINED_SETS:
        write_set(tmp_path / name, rows, questions, {f"q{at}": f"d{at}" for at in range(20)})
    found = read_asked(tmp_path, seed=0, kept=tmp_path / "asked.json")
    given = {one.question for one in found}
    assert given & set(questions.values()) == {text for name, text in questions.items() if is_tuned_on(name)}
    assert "重置第3个密码" in given  # a heading asks for what stands under it
    assert all(one.wrong != one.passage and not one.wrong.endswith(one.passage) for one in found)
    assert read_asked(tmp_path, seed=0, kept=tmp_path / "asked.json") == found


def test_english_words_are_said_in_chinese_and_the_rest_stays() -> None:
    pieces = (*SPECIAL, "the", "card", "lost", "kel", "##vin")
    numbers = {piece: at for at, piece in enumerate(pieces)}
    words = Vocabulary(tuple(range(len(pieces))), pieces, ("卡", "丢", "开"), {})
    said = [(10, "card", 0.9, 50.0), (11, "lost", 0.8, 9.0), (12, "kel", 0.9, 9.0), (10, "lost", 0.05, 99.0)]
    said += [(NOBODY, "the", 0.2, 500.0), (11, "the", 0.3, 1.0)]
    chinese, english, chance, seen = zip(*said, strict=True)
    link = Link(
        np.array(chinese), np.array([numbers[one] for one in english]), np.array(chance), np.array(seen, np.float64)
    )
    ids = [numbers[one] for one in ("[CLS]", "the", "card", "lost", "kel", "##vin", "[SEP]")]
    ways = ways_of(link, words)
    met = {switched(ids, ways, chance=random.Random(seed)) for seed in range(50)}
    assert (2, numbers["the"], 10, 11, 8, 9, 3) in met  # 丢 is only seen beside "the"; a word of two pieces stays
    assert all(row[:2] == (2, numbers["the"]) and row[-3:] == (8, 9, 3) for row in met)
    assert any(numbers["card"] in row for row in met)
