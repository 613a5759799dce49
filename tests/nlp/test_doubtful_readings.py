"""What a reader was not sure of is settled by what the business has on file or sells, and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from nlp import Catalogue, compose, extract, load_template, resolve
from nlp.extraction.doubtful_readings import MAX_SPELLINGS, spellings_of
from nlp.extraction.registry import build_extractors
from nlp.records import Document, FieldValue, Part, Record, Variant

TEMPLATE = load_template("appliance_repair")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Records by field and value; counts what is asked."""

    rows: Mapping[str, Sequence[Record]]
    asked: list[str] = field(default_factory=list)

    def find(self, field: str, value: str) -> Sequence[Record]:
        self.asked.append(value)
        return [row for row in self.rows.get(field, ()) if row.values[field] == value]

    def of_customer(self, customer_id: str) -> Sequence[Record]:
        return ()


def devices(*serial_numbers: str) -> Shelf:
    return Shelf({"serial_number": [Record("devices", f"d{n}", {"serial_number": n}) for n in serial_numbers]})


def page(text: str, *variants: Variant) -> Document:
    return compose([Part(text, "plate.jpg", "image", confidence=0.9, variants=variants)])


def doubt(text: str, at: str, *others: str, odds: float = 0.5) -> tuple[Variant, ...]:
    start = text.index(at)
    return tuple(Variant(start, start + len(at), other, odds / n) for n, other in enumerate(others, 1))


def filled(
    document: Document, name: str, *, records: Shelf | None = None, catalogue: Catalogue | None = None
) -> FieldValue:
    extractors = build_extractors((name,), catalogue=catalogue)
    return resolve(extract(document, extractors), document, template=TEMPLATE, records=records).fields[name]


@pytest.mark.parametrize("label", ["序列号：", "S/N: "])
def test_serial_number_on_file_wins_over_a_doubtful_reading(label: str) -> None:
    text = f"{label}CL3A250618O427"
    found = filled(page(text, *doubt(text, "O", "0", "D")), "serial_number", records=devices("CL3A2506180427"))
    assert found.value == "CL3A2506180427"
    assert [check.passed for check in found.checks if check.name == "read_as_recorded"] == [True]
    assert "CL3A250618O427" in found.evidence[0].quote


@pytest.mark.parametrize(
    ("on_file", "expected"),
    [
        pytest.param(("CL3A250618B427", "CL3A2506188427"), "CL3A250618B427", id="as read is on file"),
        pytest.param((), "CL3A250618B427", id="nothing is on file"),
        pytest.param(("CL3A2506188427", "CL3A2506183427"), "CL3A250618B427", id="two are on file"),
        pytest.param(("CL3A2506180427",), "CL3A250618B427", id="another is on file"),
    ],
)
def test_reading_stays_where_records_do_not_settle_it(on_file: tuple[str, ...], expected: str) -> None:
    text = "S/N: CL3A250618B427"
    found = filled(page(text, *doubt(text, "B427"[:1], "8", "3")), "serial_number", records=devices(*on_file))
    assert found.value == expected
    assert not [check for check in found.checks if check.name == "read_as_recorded"]


def test_sure_reading_asks_the_records_nothing_more() -> None:
    shelf = devices("CL3A2506180427")
    filled(page("S/N: CL3A250618B427"), "serial_number", records=shelf)
    assert set(shelf.asked) == {"CL3A250618B427"}


CATALOGUE = Catalogue.from_rows([{"code": "KFR-35GW/CL3A"}, {"code": "KFR-35GW/CL3N"}, {"code": "KFR-26GW/CL3A"}])


@pytest.mark.parametrize("label", ["型号 ", "Model No. "])
def test_model_of_the_catalogue_wins_over_a_doubtful_reading(label: str) -> None:
    text = f"{label}KFR-35GW/CL3H"
    found = filled(page(text, *doubt(text, "H", "N")), "device_model", catalogue=CATALOGUE)
    assert found.value == "KFR-35GW/CL3N"
    assert "KFR-35GW/CL3H" in found.evidence[0].quote


def test_spellings_come_likeliest_first_one_or_two_characters_apart() -> None:
    text = "A8B0"
    document = page(
        text, Variant(1, 2, "B", 0.5), Variant(3, 4, "O", 0.4), Variant(3, 4, "", 0.1), Variant(2, 2, "1", 0.2)
    )
    spellings = spellings_of(document, 0, 4)
    assert [(one.text, round(one.odds, 3)) for one in spellings] == [
        ("ABB0", 0.5),
        ("A8BO", 0.4),
        ("A81B0", 0.2),
        ("ABBO", 0.2),
        ("A8B", 0.1),
        ("AB1B0", 0.1),
    ]


def test_only_characters_of_the_span_vary() -> None:
    text = "SN8 A1B2"
    document = page(text, Variant(2, 3, "B", 0.9), Variant(8, 8, "7", 0.9), Variant(4, 4, "7", 0.9))
    assert spellings_of(document, 4, 8) == ()


def test_line_of_doubts_costs_few_look_ups() -> None:
    text = "8" * 200
    document = page(text, *(Variant(at, at + 1, "B", 0.9) for at in range(200)))
    assert len(spellings_of(document, 0, 200)) == MAX_SPELLINGS
