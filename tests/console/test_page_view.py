"""Reading a picture in the console: what was read lies over the picture, can be copied, and no position is kept."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path
from typing import get_args

import numpy as np
import PIL.Image
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.console.language import words
from api.console.page_view import sheet_of, titles_of
from api.schemas.media import PageFieldBody, PageRead
from api.schemas.prefill import PageCode, PageFlaw, PageLine
from vision.codes.code_texts import DATA_IDENTIFIERS, KEYS
from vision.codes.gs1 import NAMES
from vision.codes.verified import SUPPLIED
from vision.flaws.concerned import FIELD_WORDS
from vision.records import CodeKind, PageKind

GPS_DAY = b"2026:11:22"


def photo(*, gps: bool = False, form: str = "JPEG", seed: int = 0) -> bytes:
    exif = PIL.Image.Exif()
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 29: GPS_DAY.decode()})
    target = io.BytesIO()
    PIL.Image.fromarray(np.full((240, 320, 3), 200 - seed, dtype=np.uint8)).save(target, form, exif=exif.tobytes())
    return target.getvalue()


def read(client: TestClient, *files: tuple[str, bytes]) -> str:
    """Drop pictures in; return the address of the reading."""
    parts = [("files", file) for file in files]
    answer = client.post("/console/read", files=parts, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def page_read(**changed: object) -> PageRead:
    box = [(20.0, 60.0), (300.0, 60.0), (300.0, 84.0), (20.0, 84.0)]
    code_box = [(20.0, 120.0), (200.0, 120.0), (200.0, 180.0), (20.0, 180.0)]
    whole = {
        "file": "铭牌.jpg",
        "page": 0,
        "width": 320,
        "height": 240,
        "rotation": 90,
        "engine": "scripted",
        "kind": "nameplate",
        "lines": [PageLine(text="S/N CL3A2506180427", box=box, confidence=0.7)],
        "codes": [
            PageCode(
                symbology="DataMatrix",
                text="21CL3A2506180427",
                box=code_box,
                gs1={"21": "CL3A2506180427", "90": "x"},
                kind="gs1",
                values={"serial_number": "CL3A2506180427"},
            )
        ],
        "fields": {
            "serial_number": PageFieldBody(value="CL3A2506180427", confidence=0.995, box=box, code_box=code_box),
            "voltage": PageFieldBody(value="220V~", confidence=0.9, box=box),
        },
        "flaws": [PageFlaw(word="cut_off", field="device_model", box=box, says="as it was said then")],
    }
    return PageRead.model_validate({**whole, **changed})


def test_fields_are_verified_by_codes_and_carry_both_boxes() -> None:
    serial, voltage = sheet_of(page_read(), stored="", words=words("en")).fields
    assert (serial.part.label, serial.is_verified, len(serial.part.points)) == ("Serial number", True, 2)
    assert (voltage.part.label, voltage.is_verified, len(voltage.part.points)) == ("Voltage", False, 1)


def test_codes_show_their_kind_and_values_and_what_else_they_hold() -> None:
    (code,) = sheet_of(page_read(), stored="", words=words("zh")).codes
    assert code.part.label == "GS1 码 · DataMatrix"
    assert code.values == {"序列号": "CL3A2506180427", "(90)": "x"}


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "请重拍：型号被切掉了"), ("en", "please retake: the model is cut off")]
)
def test_flaws_are_said_in_the_language_of_who_looks(language: str, said: str) -> None:
    (flaw,) = sheet_of(page_read(), stored="", words=words(language)).flaws
    assert (flaw.text, len(flaw.points)) == (said, 1)


def test_doubtful_lines_are_marked() -> None:
    (line,) = sheet_of(page_read(), stored="", words=words("en")).lines
    assert line.is_doubtful


def test_pages_are_named_by_number_where_a_file_has_several() -> None:
    pages = [page_read(), page_read(page=1), page_read(file="b.png")]
    assert titles_of(pages, words("zh")) == ("铭牌.jpg · 第 1 页", "铭牌.jpg · 第 2 页", "b.png")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_codes_and_pages_name_has_a_name_for_people(language: str) -> None:
    names = {*KEYS, *DATA_IDENTIFIERS.values(), *NAMES.values(), *FIELD_WORDS, *itertools.chain(*SUPPLIED.values())}
    table = words(language).table
    assert [name for name in sorted(names) if f"page_field.{name}" not in table] == []
    assert [kind for kind in get_args(CodeKind) if f"code_kind.{kind}" not in table] == []
    assert [kind for kind in get_args(PageKind) if f"page_kind.{kind}" not in table] == []


def test_a_picture_is_shown_with_what_was_read_from_it(console_client: TestClient) -> None:
    address = read(console_client, ("铭牌.jpg", photo()))
    html = console_client.get(address).text
    assert html.count('class="mark line"') == 3
    assert 'class="mark field" data-part="field-serial_number"' in html
    assert 'data-copy="CL3A2506180427"' in html
    assert re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", html) is None


def test_several_files_are_leafed_through_and_a_bad_one_is_named(console_client: TestClient) -> None:
    address = read(
        console_client, ("铭牌.jpg", photo()), ("bad.png", b"\x89PNG\r\n\x1a\n"), ("label.png", photo(seed=1))
    )
    first, second = console_client.get(address).text, console_client.get(f"{address}?page=2").text
    assert "<strong>bad.png</strong>" in first
    assert "S/N CL3A2506180427" in second
    assert console_client.get(f"{address}?page=3").status_code == 404


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([], 422),
        ([("a.wav", b"RIFF\0\0\0\0WAVEfmt ")], 415),
        ([("a.png", b"\x89PNG\r\n\x1a\n")], 422),
        ([("a", b"?")], 415),
    ],
    ids=["nothing", "a recording", "broken", "unknown"],
)
def test_what_is_no_picture_is_refused(console_client: TestClient, files: list[tuple[str, bytes]], status: int) -> None:
    answer = console_client.post("/console/read", files=[("files", file) for file in files] or None)
    assert answer.status_code == status


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_position_of_a_photo_is_kept_nowhere(console_app: FastAPI, console_client: TestClient, form: str) -> None:
    content = photo(gps=True, form=form)
    assert GPS_DAY in content
    address = read(console_client, ("铭牌.jpg", content))
    console_client.post("/console/prefill", data={"message": "E4"}, files={"files": ("铭牌.jpg", content)})
    kept = [path for path in Path(console_app.state.settings.data_dir).rglob("*") if path.is_file()]
    assert [path.name for path in kept if GPS_DAY in path.read_bytes()] == []
    html = console_client.get(address).text
    source = re.search(r'<img src="([^"]+/media/[^"]+)"', html)
    assert source is not None
    shown = console_client.get(source[1])
    assert (shown.headers["content-type"], b"Exif" in shown.content) == ("image/jpeg", False)


def test_a_reading_can_be_forgotten(console_app: FastAPI, console_client: TestClient) -> None:
    address = read(console_client, ("铭牌.jpg", photo()))
    folder = Path(console_app.state.settings.data_dir) / "console" / address.rpartition("/")[2]
    assert (folder / "page-0.jpg").is_file()
    console_client.post(f"{address}/forget")
    assert not folder.exists()
    assert console_client.get(address).status_code == 404


@pytest.mark.parametrize("stored", ["reading.json", "..%2f..%2fbeforehand.sqlite3", "page-7.jpg"])
def test_only_the_pictures_of_a_reading_are_sent(console_client: TestClient, stored: str) -> None:
    address = read(console_client, ("铭牌.jpg", photo()))
    assert console_client.get(f"{address}/media/{stored}").status_code == 404


@pytest.mark.parametrize("reading_id", ["..%2f..", "..%5c..", "nothing"])
def test_an_id_is_never_a_path(console_client: TestClient, reading_id: str) -> None:
    assert console_client.get(f"/console/read/{reading_id}").status_code == 404


def test_all_that_a_drafts_pictures_held_can_be_seen(console_client: TestClient) -> None:
    answer = console_client.post("/console/prefill", files={"files": ("铭牌.jpg", photo())}, follow_redirects=False)
    draft = answer.headers["location"]
    assert f"{draft}/pages?page=1" in console_client.get(draft).text
    html = console_client.get(f"{draft}/pages").text
    assert 'data-part="field-voltage"' in html
    assert f'<img src="{draft}/media/page-0.jpg"' in html
