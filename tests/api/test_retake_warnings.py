"""A draft's warnings ask for the retake that helps: by field where the label is read, in Chinese and English."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.errors import words
from api.prefill.caveats import warnings_of
from api.prefill.hear import Heard
from api.prefill.retakes import retake_of, retakes_of
from api.schemas.ops import EngineState
from vision import Flaw, Page
from vision.flaws.concerned import FIELD_WORDS


def page(*flaws: Flaw) -> Page:
    quality = tuple(sorted({flaw.word for flaw in flaws}))
    return Page("铭牌.jpg", 0, 900, 600, 0, (), (), "scripted", quality, flaws)


@pytest.mark.parametrize(
    ("flaws", "zh", "en"),
    [
        (
            (Flaw("cut_off", None, "serial_number"), Flaw("cut_off", None, "serial_number"), Flaw("cut_off")),
            ["铭牌.jpg：请重拍：序列号被切掉了"],
            ["铭牌.jpg: please retake: the serial number is cut off"],
        ),
        (
            (Flaw("glare", None, "device_model"), Flaw("blurred")),
            ["铭牌.jpg：请重拍：型号处有反光", "铭牌.jpg：请重拍：照片模糊"],
            [
                "铭牌.jpg: please retake: a reflection covers the model",
                "铭牌.jpg: please retake: the picture is blurred",
            ],
        ),
        ((Flaw("glare"),), ["铭牌.jpg：请重拍：反光遮住了文字"], ["铭牌.jpg: please retake: a reflection hides print"]),
    ],
)
def test_retake_is_asked_for(flaws: tuple[Flaw, ...], zh: list[str], en: list[str]) -> None:
    state = EngineState(name="speech", engine="given", rung="given")
    said = warnings_of(Heard(pages=(page(*flaws),)), speech=state, broken=(), records=())
    assert [words("zh").said(warning) for warning in said] == zh
    assert [words("en").said(warning) for warning in said] == en


def test_the_page_is_named_where_a_file_has_several() -> None:
    pages = [replace(page(Flaw("cut_off", None, "total")), page=number) for number in (0, 1)]
    said = [words("zh").said(warning) for warning in retakes_of(pages)]
    assert said == ["铭牌.jpg 第 1 页：请重拍：合计金额被切掉了", "铭牌.jpg 第 2 页：请重拍：合计金额被切掉了"]


@pytest.mark.parametrize("field", FIELD_WORDS)
def test_every_field_that_a_flaw_may_name_has_a_word(field: str) -> None:
    assert words("en").said(retake_of("glare", field)) != words("zh").said(retake_of("glare", field))
