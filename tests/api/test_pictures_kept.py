"""A picture that was read is not read again, by any caller of the service's engines, unless nothing is to be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec

import pytest
from PIL import Image as Pillow

from api.engines import Engines, StandIns
from api.settings import Settings
from tests.vision.drawings import encoded, line
from vision import Image, Line


@dataclass
class Counting:
    """Counts the pictures that it reads."""

    read_names: list[str] = field(default_factory=list)
    engine: str = "counting"

    def read(self, image: Image) -> tuple[Line, ...]:
        self.read_names.append(image.name)
        return (line("订单号 94859303935", 10, 10),)


@pytest.mark.parametrize(
    ("kept_mib", "times_read", "heard"),
    [(1.0, 1, [False, True]), (0.0, 2, [])],
    ids=["kept", "nothing kept"],
)
def test_same_picture_is_read_once(api_settings: Settings, kept_mib: float, times_read: int, heard: list[bool]) -> None:
    reader, told = Counting(), list[bool]()
    settings = api_settings.model_copy(update={"pictures_kept_mib": kept_mib})
    engines = Engines(settings, stand_ins=StandIns(reader=reader), note_picture=told.append)
    content = encoded(Pillow.new("RGB", (300, 200), "white"), "PNG")
    pages = [engines.read(content, name=name) for name in ("a.png", "b.png")]
    assert [page[0].lines[0].text for page in pages] == ["订单号 94859303935"] * 2
    assert [page[0].name for page in pages] == ["a.png", "b.png"]
    assert len(reader.read_names) == times_read
    assert told == heard


@pytest.mark.skipif(find_spec("openvino") is not None, reason="the extra openvino is installed")
def test_missing_extra_is_said_before_a_picture_comes(api_settings: Settings) -> None:
    state = Engines(api_settings.model_copy(update={"reader": "openvino"})).vision_state()
    assert (state.degraded, state.rung) == (True, "none")
    assert "beforehand[openvino]" in state.fix
