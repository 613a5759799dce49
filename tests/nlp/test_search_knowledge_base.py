"""A knowledge base tells what it holds now, to those who may see it, and nothing else."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nlp.records import Article, ArticleRejected
from nlp.search.knowledge_base import MAX_BODY, KnowledgeBase
from nlp.search.lexical import MAX_QUESTION, QuestionTooLong
from nlp.search.schema import KnowledgeBaseUnreadable

E4 = Article("e4", "E4 故障", "E4 表示管温传感器坏了，请更换。", locale="zh-CN", tags=("空调",), url="https://kb/e4")
E14 = Article("e14", "E14", "E14 means the fan is blocked. Clean it.", locale="en")


def found(base: KnowledgeBase, question: str, *groups: str) -> list[str]:
    return [hit.passage.article_id for hit in base.search(question, top_k=50, allowed=groups)]


@pytest.fixture
def base() -> KnowledgeBase:
    return KnowledgeBase(":memory:")


def test_article_comes_back_whole(base: KnowledgeBase) -> None:
    base.put(E4)
    assert base.get("e4") == E4
    assert base.get("none") is None


def test_hit_quotes_its_article(base: KnowledgeBase) -> None:
    base.put_many([E4, E14])
    hit = base.search("传感器", top_k=3, allowed=())[0]
    assert E4.body[hit.passage.start : hit.passage.end] == hit.passage.text
    assert (hit.url, hit.passage.title) == ("https://kb/e4", "E4 故障")


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("E4", ["e4"]),
        ("ｅ１４", ["e14"]),
        ("傳感器", ["e4"]),
        ("blocked fans", ["e14"]),
        ("E1", []),
        ("", []),
        ("？！", []),
    ],
)
def test_code_and_word_find_their_article_only(base: KnowledgeBase, question: str, ids: list[str]) -> None:
    base.put_many([E4, E14])
    assert found(base, question) == ids


@pytest.mark.parametrize(
    ("question", "locale", "first"),
    [
        ("what does E7 mean", "", "en"),
        ("E7 什么意思", "", "zh"),
        ("E7", "", "zh"),  # neither language: the shorter article
        ("E7", "en-US", "en"),
        ("E7", "zh_CN", "zh"),
        ("what does E7 mean", "zh-CN", "zh"),
        ("E7 stalled", "zh-CN", "zh"),  # a Chinese reader with an English word of the machine
        ("stalled indoor fan", "zh-CN", "en"),  # the language never outweighs the subject
    ],
)
def test_near_tie_goes_to_the_language_of_the_reader(
    base: KnowledgeBase, question: str, locale: str, first: str
) -> None:
    base.put(Article("zh", "空调显示 E7", "E7 是室内风机失速（stalled）。", locale="zh-CN"))
    base.put(Article("en", "Air conditioner shows E7", "E7 means a stalled indoor fan: call service soon."))
    assert base.search(question, top_k=2, allowed=(), locale=locale)[0].passage.article_id == first


def test_article_without_locale_is_chinese_by_its_characters(base: KnowledgeBase) -> None:
    base.put(Article("en", "scheduler config", "scheduler.enabled: true"))
    base.put(Article("zh", "scheduler 配置", "scheduler.enabled: true # default, and so on for every node"))
    assert found(base, "scheduler 怎么配置")[0] == "zh"
    assert found(base, "how to set the scheduler")[0] == "en"


def test_put_says_what_changed(base: KnowledgeBase) -> None:
    changed = Article("e4", "E4 故障", "压缩机过热。")
    assert [base.put(E4), base.put(E4), base.put(changed)] == ["added", "unchanged", "updated"]
    assert found(base, "传感器") == []
    assert found(base, "压缩机") == ["e4"]


def test_delete_leaves_nothing_behind(base: KnowledgeBase) -> None:
    base.put(E4)
    assert [base.delete("e4"), base.delete("e4")] == [True, False]
    assert found(base, "E4") == []
    assert (base.counts().articles, base.counts().passages) == (0, 0)


def test_source_takes_back_what_it_no_longer_holds(base: KnowledgeBase) -> None:
    base.put(Article("own", "", "written by hand"))
    base.put_many([E4, E14], source="manuals")
    report = base.put_many([E14], source="manuals")
    assert (report.unchanged, report.deleted, report.passages) == (1, 1, 0)
    assert base.article_ids() == ("e14", "own")


def test_groups_are_filtered_before_ranking(base: KnowledgeBase) -> None:
    base.put_many(Article(f"s{number}", "漏水", "漏水 " * 9, allowed=("staff",)) for number in range(150))
    base.put(Article("open", "", "别的事情，以及漏水"))
    assert found(base, "漏水") == ["open"]
    assert len(base.search("漏水", top_k=3, allowed=("staff", "it's"))) == 3


@pytest.mark.parametrize(
    "article",
    [
        Article("", "t", "b"),
        Article("a", "t", " \n"),
        Article("a", "t", "x" * (MAX_BODY + 1)),
        Article("a", "t", "nul\0"),
        Article("a", "t", "\ud800"),
    ],
    ids=["no id", "blank", "huge", "nul", "surrogate"],
)
def test_bad_article_is_rejected_and_nothing_changes(base: KnowledgeBase, article: Article) -> None:
    with pytest.raises(ArticleRejected, match="article"):
        base.put(article)
    assert base.article_ids() == ()


@pytest.mark.parametrize(
    "question", ['"', "a OR b", "NEAR(x y)", "title:x*", "'; DROP TABLE articles;--", "-" * 99, "^a + b"]
)
def test_question_is_never_syntax(base: KnowledgeBase, question: str) -> None:
    base.put(E4)
    base.search(question, top_k=5, allowed=(question,))
    assert base.article_ids() == ("e4",)


def test_endless_question_is_refused(base: KnowledgeBase) -> None:
    with pytest.raises(QuestionTooLong, match="10000"):
        base.search("漏" * (MAX_QUESTION + 1), top_k=5, allowed=())


def test_file_is_seen_by_another_opener_at_once(tmp_path: Path) -> None:
    with KnowledgeBase(tmp_path / "kb.db") as writer, KnowledgeBase(tmp_path / "kb.db") as reader:
        writer.put(E4)
        assert found(reader, "传感器") == ["e4"]
        writer.delete("e4")
        assert found(reader, "传感器") == []


def test_other_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, only text that is long enough" * 20)
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE x(y)")
    connection.close()
    for name in ("text.db", "other.db"):
        with pytest.raises(KnowledgeBaseUnreadable, match=name):
            KnowledgeBase(tmp_path / name)


def test_threads_write_and_search_together(tmp_path: Path) -> None:
    failures: list[str] = []
    with KnowledgeBase(tmp_path / "kb.db") as base:

        def work(worker: int) -> None:
            for number in range(8):
                base.put(Article(f"{worker}-{number}", "", f"worker{worker} 写入 {number}"))
                if f"{worker}-{number}" not in found(base, f"worker{worker}"):
                    failures.append(f"{worker}-{number}")

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (failures, base.counts().articles) == ([], 32)


WORDS = ("漏水", "空调", "E4", "E14", "filter", "motor", "KFR-35GW")
GROUPS = ("staff", "tech")


class AgainstTheOracle(RuleBasedStateMachine):
    """Random writes; every question must find exactly the visible articles that hold the word now."""

    @initialize()
    def open(self) -> None:
        self.base = KnowledgeBase(":memory:")
        self.oracle: dict[str, Article] = {}

    @rule(
        number=st.integers(0, 5),
        words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
        allowed=st.sets(st.sampled_from(GROUPS)),
    )
    def put(self, number: int, words: list[str], allowed: set[str]) -> None:
        article = Article(str(number), "", " , ".join(words), allowed=tuple(sorted(allowed)))
        self.base.put(article)
        self.oracle[article.id] = article

    @rule(number=st.integers(0, 5))
    def delete(self, number: int) -> None:
        assert self.base.delete(str(number)) == (self.oracle.pop(str(number), None) is not None)

    @invariant()
    def finds_what_is_there(self) -> None:
        for word in WORDS:
            for groups in ((), ("staff",), GROUPS):
                expected = {
                    article.id
                    for article in self.oracle.values()
                    if word in article.body.split(" , ") and (not article.allowed or set(article.allowed) & set(groups))
                }
                assert set(found(self.base, word, *groups)) == expected

    def teardown(self) -> None:
        self.base.close()


TestAgainstTheOracle = AgainstTheOracle.TestCase
TestAgainstTheOracle.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_frequencies_follow_the_writes_of_another_opener(tmp_path: Path) -> None:
    one, other = KnowledgeBase(tmp_path / "kb.db"), KnowledgeBase(tmp_path / "kb.db")
    for article_id, body in (("1", "水泵 pump"), ("2", "滤网 filter"), ("3", "水泵 filter")):
        other.put(Article(article_id, "", body))
        assert found(one, "滤网 filter 水泵") == found(other, "滤网 filter 水泵") != []
    assert set(found(one, "filter")) == {"2", "3"}
    other.put(Article("3", "", "水泵 motor"))
    assert found(one, "filter") == ["2"]
    other.delete("2")
    assert found(one, "filter") == []
    assert found(one, "motor") == ["3"]
