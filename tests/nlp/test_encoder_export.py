"""A trained encoder and what is exported of it are the same encoder; the one that is shipped keeps what it promises."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from model_cards.card import OWN_CARD
from nlp.encoders.embed import Embedder, build_embedder

pytestmark = pytest.mark.model

TEXTS = (
    "空调显示E4不制冷怎么办",
    "已配置防火墙或反向代理，但访问后被跳转到一个内部地址",
    "E4",
    "What does E4 mean on a wall unit? It has not cooled since yesterday.",
    "refund for a broken keyboard",
)
SHIPPED = "minilm-l6-zh-en-tuned"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small encoder of random weights that is still in training: its dropout is half of everything."""
    torch = pytest.importorskip("torch", reason="made with the extra `train`")
    from transformers import BertConfig, BertModel

    from training.bilingual_encoder import save_sentence_transformer
    from training.encoder_vocabulary import choose_vocabulary
    from training.parallel_texts import DictionaryEntry

    torch.manual_seed(0)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789?,."
    teacher = {one: at for at, one in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters])}
    teacher |= {f"##{one}": len(teacher) + at for at, one in enumerate(letters)}
    words = ["空调", "显示", "制冷", "怎么办", "配置", "防火墙", "反向", "代理", "访问", "内部", "地址"]
    counts = dict.fromkeys([*words, *"".join(words), *"不已或但后被跳转到一个"], 1)
    entries = [DictionaryEntry(word, word, ("word",)) for word in words]
    vocabulary = choose_vocabulary(teacher, entries, counts, words=100, characters=100)
    shape = BertConfig(
        vocab_size=vocabulary.size,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=256,
        hidden_dropout_prob=0.5,
        attention_probs_dropout_prob=0.5,
    )
    model = BertModel(shape, add_pooling_layer=False).train()
    folder = tmp_path_factory.mktemp("trained")
    save_sentence_transformer(model, vocabulary, folder)
    return folder


def exported(trained: Path, folder: Path, *, is_fp32: bool) -> Embedder:
    from training.export_encoder import ship, write_files

    ship(trained, folder, is_fp32=is_fp32)
    card = folder / OWN_CARD
    card.write_text(
        "---\nname: small\ntitle: small\ntask: text-embedding\nlanguages: [zh, en]\nlicence: MIT\nsource: {}\n"
        "files: []\ndata: none\nrecommended: false\nmetrics: []\n---\n# small\n",
        encoding="utf-8",
    )
    write_files(card, folder)
    return build_embedder("onnx", folder=folder, threads=1)


def test_the_export_is_the_reference_librarys_encoder_to_the_last_digits(trained: Path, tmp_path: Path) -> None:
    library = pytest.importorskip("sentence_transformers")
    reference = library.SentenceTransformer(str(trained), device="cpu").encode(list(TEXTS), normalize_embeddings=True)
    rows = exported(trained, tmp_path / "small", is_fp32=True).embed(TEXTS)
    assert (rows * reference).sum(axis=1).min() > 0.99999


def test_a_model_still_in_training_is_exported_without_dropout(trained: Path, tmp_path: Path) -> None:
    from transformers import BertModel

    from training.export_encoder import export_onnx

    training = BertModel.from_pretrained(trained, add_pooling_layer=False, attn_implementation="eager").train()
    quiet = exported(trained, tmp_path / "small", is_fp32=True)
    before = quiet.embed(TEXTS)
    export_onnx(training, tmp_path / "small" / "model.onnx")
    shutil.rmtree(tmp_path / "small" / "1_Pooling")
    (tmp_path / "small" / OWN_CARD).write_text(
        (tmp_path / "small" / OWN_CARD).read_text(encoding="utf-8").split("files:")[0]
        + "files: []\ndata: none\nrecommended: false\nmetrics: []\n---\n# small\n",
        encoding="utf-8",
    )
    after = build_embedder("onnx", folder=tmp_path / "small", threads=1).embed(TEXTS)
    assert after == pytest.approx(before, abs=1e-5)


def test_int8_stays_near_fp32(trained: Path, tmp_path: Path) -> None:
    fp32 = exported(trained, tmp_path / "fp32", is_fp32=True).embed(TEXTS)
    int8 = exported(trained, tmp_path / "int8", is_fp32=False).embed(TEXTS)
    assert (fp32 * int8).sum(axis=1).min() > 0.999
    assert not np.array_equal(fp32, int8)


@pytest.fixture(scope="module")
def shipped() -> Embedder:
    return build_embedder("onnx", model=SHIPPED, threads=1)


def test_the_shipped_one_is_within_30_mb(root: Path) -> None:
    folder = root / "nlp" / "weights" / SHIPPED
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 30_000_000


def test_a_text_keeps_its_vector_whatever_is_beside_it_or_came_before(shipped: Embedder) -> None:
    alone = np.stack([shipped.embed([text])[0] for text in TEXTS])
    shipped.embed(["x " * 10_000, "字" * 10_000])
    for texts in (TEXTS, TEXTS * 7, [*TEXTS, "a longer one " * 30]):
        assert shipped.embed(texts)[: len(TEXTS)] == pytest.approx(alone, abs=2e-6)


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("訂單還沒有發貨", "订单还没有发货"), ("電腦無法連線到伺服器", "电脑无法连线到伺服器"), ("退款", "退款")],
)
def test_both_spellings_of_chinese_have_the_same_vector(shipped: Embedder, traditional: str, simplified: str) -> None:
    assert np.array_equal(*shipped.embed([traditional, simplified]))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("空调不制冷怎么办", "What to do when the air conditioner does not cool"),
        ("如何申请退款", "How to apply for a refund"),
        ("忘记密码怎么登录", "How to log in after forgetting the password"),
        ("how do I reset the router", "如何重置路由器"),
        ("the washing machine leaks water", "洗衣机漏水"),
    ],
)
def test_a_question_finds_its_answer_in_the_other_language(shipped: Embedder, asked: str, answer: str) -> None:
    others = [
        "How to export a database",
        "节假日营业时间",
        "Change the delivery address",
        "发票抬头怎么改",
        "battery life",
    ]
    rows = shipped.embed([answer, *others], role="passage") @ shipped.embed([asked], role="question")[0]
    assert int(rows.argmax()) == 0
