"""Personal data: found in both languages, gone after redaction, and nothing changes the second time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.personal import PERSONAL_KINDS, personal_spans, redacted

FOUND = [
    pytest.param("身份证号11010519491231002X", "resident_id", "11010519491231002X", id="zh resident id"),
    pytest.param("证件号：110105 19491231 0021", "resident_id", "110105 19491231 0021", id="zh resident id, groups"),
    pytest.param("My ID card number is 110105194912310021", "resident_id", "110105194912310021", id="en resident id"),
    pytest.param("回电13800138000谢谢", "mobile", "13800138000", id="zh mobile"),
    pytest.param("回电+86 138-0013-8000谢谢", "mobile", "+86 138-0013-8000", id="zh mobile, groups"),
    pytest.param("回电１３８００１３８０００谢谢", "mobile", "１３８００１３８０００", id="zh mobile, full width"),
    pytest.param("手机幺三八零零幺三八零零零", "mobile", "幺三八零零幺三八零零零", id="zh mobile, spoken"),
    pytest.param("座机0571-88886666转802", "landline", "0571-88886666转802", id="zh land line"),
    pytest.param("电话: 87248859", "landline", "87248859", id="zh land line without area"),
    pytest.param("call +49 30 901820", "landline", "+49 30 901820", id="en international"),
    pytest.param("call me on 020 7946 0958", "landline", "020 7946 0958", id="en national"),
    pytest.param("卡号6222020200112233445", "bank_card", "6222020200112233445", id="zh card, labelled"),
    pytest.param("pay with 4111 1111 1111 1111", "bank_card", "4111 1111 1111 1111", id="en card"),
    pytest.param("车牌京A·12345", "plate", "京A·12345", id="zh plate"),
    pytest.param("我的车粤BD12345，新能源", "plate", "粤BD12345", id="zh plate, new energy"),
    pytest.param("licence plate AB12 CDE", "plate", "AB12 CDE", id="en plate"),
    pytest.param("护照E12345678", "passport", "E12345678", id="zh passport"),
    pytest.param("my passport number is X1234567", "passport", "X1234567", id="en passport"),
    pytest.param("邮箱Zhang.San＠qq.com", "email", "Zhang.San＠qq.com", id="zh mail, full width"),
    pytest.param("mail anna@example.co.uk.", "email", "anna@example.co.uk", id="en mail"),
    pytest.param("QQ：947727121", "account", "947727121", id="zh account"),
    pytest.param("送到杭州市文一西路969号3幢502室", "address", "杭州市文一西路969号3幢502室", id="zh address"),
    pytest.param("at 221B Baker Street, London NW1 6XE", "address", "221B Baker Street, London", id="en address"),
    pytest.param("联系人：李建国，", "name", "李建国", id="zh name"),
    pytest.param("my name is Anna Smith.", "name", "Anna Smith", id="en name"),
]  # fmt: skip
NOT_PERSONAL = [
    pytest.param("订单号20231105-8871", id="zh order"),
    pytest.param("拨打10010或4004249463", id="zh hot lines"),
    pytest.param("2024年5月18日下午3点30分，1299.00元", id="zh time and money"),
    pytest.param("型号KFR-35GW/26，故障E4", id="zh model"),
    pytest.param("took 12.5 s at 2024-05-18 10:20:30.123456", id="en time"),
    pytest.param("seal 0a1b3c13800138000ffab12", id="en digest"),
    pytest.param("order 20250618936 and parcel 1Z999AA10123456784", id="en order and parcel"),
    pytest.param("", id="empty"),
]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND)
def test_personal_data_is_found(text: str, kind: str, value: str) -> None:
    found = [(span.kind, text[span.start : span.end]) for span in personal_spans(text)]
    assert kind in [kind for kind, _ in found]
    assert any(value in quote for _, quote in found)


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_is_no_persons_stays(text: str) -> None:
    assert redacted(text, is_quick=True) == text


@pytest.mark.parametrize("is_quick", [True, False])
@pytest.mark.parametrize(("text", "kind", "value"), [row for row in FOUND if "spoken" not in str(row.id)])
def test_nothing_found_survives_redaction(text: str, kind: str, value: str, is_quick: bool) -> None:
    kept = redacted(text, is_quick=is_quick)
    assert value not in kept
    assert personal_spans(kept, is_quick=is_quick) == ()
    assert redacted(kept, is_quick=is_quick) == kept


PIECES = st.sampled_from(
    [
        *(str(row.values[0]) for row in FOUND), *(str(row.values[2]) for row in FOUND),
        "[", "]", "-", " ", "，", "号", "路", "1", "12", "王", "先生", "A", "是", "+", "@", "\n", "电话",
        "name:", "***",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(["[{kind}]", "***"]))
def test_redaction_leaves_nothing_to_find_and_is_idempotent(text: str, mask: str) -> None:
    kept = redacted(text, mask=mask, is_quick=True)
    assert personal_spans(kept, is_quick=True) == ()
    assert redacted(kept, mask=mask, is_quick=True) == kept


@given(st.text(max_size=200))
def test_spans_are_ordered_inside_the_text_and_apart(text: str) -> None:
    last = 0
    for span in personal_spans(text):
        assert last <= span.start < span.end <= len(text)
        assert span.kind in PERSONAL_KINDS
        last = span.end


def test_only_the_kinds_asked_for_are_masked() -> None:
    text = "李雷 13800138000 li@example.com"
    assert redacted(text, kinds=("email",)) == "李雷 13800138000 [email]"


HOSTILE = [
    "1",
    "1 ",
    "A1-",
    "省市区路",
    "路1号",
    "@a.",
    "a@",
    "王",
    "京A",
    "1 A St ",
    "Mr A",
    "+1 ",
    "电话1",
    "62" * 8 + " ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_quick_redaction_takes_linear_time(piece: str) -> None:
    def seconds(chars: int) -> float:
        text = (piece * chars)[:chars]
        times = []
        for _ in range(2):
            started = time.process_time()
            personal_spans(text, is_quick=True)
            times.append(time.process_time() - started)
        return min(times)

    personal_spans(piece, is_quick=True)  # compile first
    assert seconds(20_000) <= 12 * max(seconds(5_000), 0.005)
