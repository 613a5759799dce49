"""A business's own tagger of receipts: fitted on its receipts, in force by lying in the models folder, told of."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli.commands import command
from api.cli.doctor import examine
from api.cli.keys import create_key
from api.engines import StandIns
from api.errors import words
from api.receipt_taggers import FOLDER, ReceiptTaggers
from api.settings import Settings
from tests.vision.drawings import column
from training.fit_receipts import main as fit_receipts
from vision import build_reader
from vision.receipts.receipt_tagger import MAX_BYTES, MODEL, TEXTS_FILE, WEIGHTS_FILE

ENGLISH = ("SUNSHINE", "SUNSHINE FOODS SDN BHD", "12 LONG LANE", "LEEDS LS1 4AB", "TEL: 03-1234567", "RECEIPT")
CHINESE = ("好邻居", "上海邻里便利有限公司", "上海市静安区南京西路12号", "电话: 021-5550123", "收银员 03", "小票")
SUMS = ("TOTAL 12.00", "CASH 20.00", "CHANGE 8.00", "合计 12.00")
CASES = pytest.mark.parametrize(
    ("head", "by_rules", "by_tagger"),
    [
        pytest.param(ENGLISH, "SUNSHINE FOODS SDN BHD", "SUNSHINE", id="en"),
        pytest.param(CHINESE, "上海邻里便利有限公司", "好邻居", id="zh"),
    ],
)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fit on receipts whose labels want the shop's name of the first line; the rules take the registered one."""
    folder = tmp_path_factory.mktemp("labelled")
    shops = [(head, f"{name}{number}") for number in range(6) for head, name in ((ENGLISH, "MOON"), (CHINESE, "月亮"))]
    rows = []
    for head, name in shops:
        lines = column(name, *head[1:], *SUMS)
        boxes = [{"text": line.text, "box": [xy for point in line.box for xy in point]} for line in lines]
        rows.append(json.dumps({"lines": boxes, "fields": {"company": name, "total": "12.00"}}, ensure_ascii=False))
    (folder / "receipts_text_only.jsonl").write_text("\n".join(rows), encoding="utf-8")
    models = tmp_path_factory.mktemp("models")
    fit_receipts(["--data", str(folder), "--out", str(models / MODEL), "--licence", "our own receipts"])
    return models


def client_with(models: Path, head: tuple[str, ...], data_dir: Path) -> TestClient:
    reader = build_reader("scripted", lines={"receipt.png": column(*head, *SUMS)})
    app = create_app(Settings(data_dir=data_dir, models_dir=models), stand_ins=StandIns(reader=reader))
    _, secret = create_key(app.state.store, name="test", scopes=["admin"])
    return TestClient(app, headers={"Authorization": f"Bearer {secret}"})


def png(*texts: str) -> bytes:
    sheet = PIL.Image.new("RGB", (700, 80 + 60 * len(texts)), "white")
    pen, font = PIL.ImageDraw.Draw(sheet), PIL.ImageFont.load_default(32)
    for at, text in enumerate(texts):
        pen.text((60, 40 + 60 * at), text, fill="black", font=font)
    target = io.BytesIO()
    sheet.save(target, "PNG")
    return target.getvalue()


@CASES
def test_what_was_fitted_reads_receipts_over_http(
    fitted: Path, tmp_path: Path, head: tuple[str, ...], by_rules: str, by_tagger: str
) -> None:
    for models, company in ((tmp_path / "none", by_rules), (fitted, by_tagger)):
        with client_with(models, head, tmp_path / models.name / "data") as client:
            read = client.post("/v1/ocr", files={"file": ("receipt.png", png())}).json()
        assert (read["kind"], read["fields"]["company"]["value"]) == ("receipt", company)
        assert read["fields"]["total"]["value"] == "12.00"


def test_tagger_in_force_is_told(fitted: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", models_dir=fitted)
    with client_with(fitted, ENGLISH, settings.data_dir) as client:
        ready = {
            part["name"]: part for part in client.get("/readyz", headers={"Accept-Language": "en"}).json()["parts"]
        }
    parts = {part.name: part for part in examine(settings, words("en"))}
    for state, detail in (
        (ready["tagger receipts"]["state"], ready["tagger receipts"]["detail"]),
        (parts["tagger receipts"].state, parts["tagger receipts"].detail),
    ):
        assert (state, detail) == ("ok", "receipt-tagger; labels company, address")


def test_without_a_folder_nothing_is_told(api_client: TestClient) -> None:
    assert "tagger receipts" not in {part["name"] for part in api_client.get("/readyz").json()["parts"]}


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        (WEIGHTS_FILE, b"no numbers", "holds no tagger"),
        (WEIGHTS_FILE, b"PK\x03\x04 cut off", "holds no tagger"),
        (TEXTS_FILE, b"[]", "holds no tagger"),
        (TEXTS_FILE, b'{"tags": ["O", "C", "A"], "features": ["bias"]}', "do not fit"),
        (TEXTS_FILE, b"{}  ", "not whole"),
        ("CARD.md", b"no card", "CARD.md"),
    ],
    ids=["no numbers", "cut off", "a list", "other features", "another size", "no card"],
)
def test_broken_folder_is_refused(fitted: Path, tmp_path: Path, file: str, content: bytes, said: str) -> None:
    folder = copied(fitted, tmp_path)
    (folder / file).write_bytes(content)
    if said != "not whole":
        forget_sizes(folder)
    taggers = ReceiptTaggers(tmp_path)
    (state,) = taggers.states()
    assert (taggers.current(), state.engine, said in state.error) == (None, "", True)


def test_file_too_large_for_a_tagger_is_not_read(fitted: Path, tmp_path: Path) -> None:
    folder = copied(fitted, tmp_path)
    forget_sizes(folder)
    os.truncate(folder / TEXTS_FILE, MAX_BYTES + 1)
    (state,) = ReceiptTaggers(tmp_path).states()
    assert "50,000,001 bytes, 50,000,000 at most" in state.error


@pytest.mark.parametrize(("language", "word"), [("zh", "未启用"), ("en", "not in force")])
def test_broken_folder_is_told_and_the_rules_go_on(fitted: Path, tmp_path: Path, language: str, word: str) -> None:
    (copied(fitted, tmp_path / "models") / WEIGHTS_FILE).write_bytes(b"no numbers")
    with client_with(tmp_path / "models", ENGLISH, tmp_path / "data") as client:
        ready = client.get("/readyz", headers={"Accept-Language": language}).json()
        read = client.post("/v1/ocr", files={"file": ("receipt.png", png())}).json()
    (told,) = [part for part in ready["parts"] if part["name"] == "tagger receipts"]
    assert (told["state"], told["detail"].startswith(word)) == ("degraded", True)
    assert "training.fit_receipts" in told["fix"]
    assert read["fields"]["company"]["value"] == "SUNSHINE FOODS SDN BHD"


def test_tagger_is_read_once_and_anew_when_it_changes(fitted: Path, tmp_path: Path) -> None:
    folder = copied(fitted, tmp_path / "models")
    taggers = ReceiptTaggers(tmp_path / "models")
    first = taggers.current()
    assert first is not None
    assert taggers.current() is first
    os.utime(folder / WEIGHTS_FILE, ns=(1, 1))
    second = taggers.current()
    assert second is not None
    assert second is not first
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert (taggers.current(), taggers.states()) == (None, ())


def test_the_folder_is_called_as_the_fit_says() -> None:
    assert FOLDER == MODEL


@pytest.mark.model
def test_what_was_fitted_reads_receipts_on_the_command_line(fitted: Path, tmp_path: Path) -> None:
    (tmp_path / "receipt.png").write_bytes(png(*ENGLISH, *SUMS[:3]))
    read = {}
    for models in (tmp_path / "none", fitted):
        arguments = ["read", str(tmp_path / "receipt.png"), "--json", "--data-dir", str(tmp_path / "data")]
        told = CliRunner().invoke(command, arguments, env={"BEFOREHAND_MODELS_DIR": str(models)})
        read[models.name] = json.loads(told.stdout)["fields"]["company"]["value"]
    assert list(read.values()) == ["SUNSHINE FOODS SDN BHD", "SUNSHINE"]


def forget_sizes(folder: Path) -> None:
    card = folder / "CARD.md"
    card.write_text(re.sub(r"bytes: \d+", "bytes: null", card.read_text(encoding="utf-8")), encoding="utf-8")


def copied(models: Path, target: Path) -> Path:
    folder = target / FOLDER
    folder.mkdir(parents=True)
    for path in (models / FOLDER).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder
