"""When someone comes: of all times in a text the one said of a visit, a delivery or a booking.

Of several readings ("Tuesday", "between 2 and 4") it takes the next to come, inside the hours in which people visit.
It knows nobody's calendar.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nlp.dates.readings import Value
from nlp.dates.writing import text_of
from nlp.extraction.field import Example, FieldTexts, Localised
from nlp.extraction.occasion import Occasion
from nlp.records import Mention

FIRST_HOUR, LAST_HOUR = 7, 21
"""A visit between 2 and 4 is in the afternoon: technicians are received between seven and nine in the evening."""
MAX_SPAN = timedelta(days=7)
"""Next week is still an appointment's time; next month is a plan."""


def coming_moment(mention: Mention, reference: datetime | None) -> str | None:
    """Choose the alternative that is soonest and at a visitor's hour; None where all lie behind."""
    values = (mention.resolution or {}).get("values")
    known = [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    found = [(_rank(value, start), value) for value in known if (start := _start(value, reference))]
    coming = [(rank, value) for rank, value in found if _is_coming(value, rank[1], reference)]
    if not coming:
        return None
    rank, value = min(coming, key=lambda pair: pair[0])
    if value["type"] in ("time", "timerange"):
        return _on_day(value, rank[1], reference)
    hours = {**value, "timex": ""}  # an afternoon is written as its hours: a visitor is told more than the day
    return text_of(hours, reference.tzinfo if reference else None)


def _rank(value: Value, start: datetime) -> tuple[bool, datetime]:
    has_hour = ":" in value.get("value", value.get("start", ""))
    return has_hour and not FIRST_HOUR <= start.hour < LAST_HOUR, start


def _start(value: Value, reference: datetime | None) -> datetime | None:
    """Return where the time begins on the writer's clock; a time of day alone is the next one."""
    written = value.get("value") or value.get("start") or value.get("end") or ""
    if value["type"] not in ("time", "timerange"):
        return datetime.fromisoformat(written) if written[:4].isdigit() else None
    if reference is None or not written[:2].isdigit():
        return None
    now = reference.replace(tzinfo=None)
    at = datetime.fromisoformat(f"{now.date().isoformat()} {written}")
    return at if at > now else at + timedelta(days=1)


def _is_coming(value: Value, start: datetime, reference: datetime | None) -> bool:
    end = value.get("end", "")
    if value["type"] == "daterange" and (not end or datetime.fromisoformat(end) - start > MAX_SPAN):
        return False
    if reference is None:
        return True
    now = reference.replace(tzinfo=None)
    is_day = value["type"] in ("date", "daterange")
    return start.date() >= now.date() if is_day else start >= now


def _on_day(value: Value, start: datetime, reference: datetime | None) -> str:
    """Write a time of day with the day it is on."""
    on, zone = start.date().isoformat(), reference.tzinfo if reference else None
    dated: Value = {"timex": value["timex"], "type": "datetime"}
    dated |= {key: f"{on} {value[key]}" for key in ("value", "start", "end") if key in value}
    return text_of(dated, zone)


FIELD = Occasion(
    name="appointment_time",
    texts=FieldTexts(
        label=Localised("预约时间", "Appointment"),
        question=Localised("您希望师傅什么时间上门？", "When would you like us to come?"),
    ),
    about=(
        *(
            "上门",
            "预约",
            "方便",
            "有空",
            "在家",
            "来修",
            "来看",
            "过来",
            "来人",
            "派人",
            "安排",
            "约在",
            "约个",
            "改约",
            "改到",
            "改成",
        ),
        *("送来", "来安装", "来装", "来取", "取件"),
        *("come", "come over", "come by", "coming", "visit", "appointment", "available", "at home", "be home", "free"),
        *("schedule", "scheduled", "reschedule", "book", "booked", "booking", "send someone", "technician", "engineer"),
        *("slot", "works for me", "suits me", "pick it up", "collect it", "install it", "move it to"),
    ),
    not_about=(
        *(
            "坏",
            "故障",
            "开始",
            "出现",
            "发现",
            "报错",
            "漏",
            "买",
            "购",
            "下单",
            "签收",
            "收到",
            "发票",
            "付款",
            "没来",
            "没人来",
        ),
        *("broke", "broken", "stopped", "started", "bought", "purchased", "ordered", "received", "arrived", "paid"),
        *("invoice", "did not come", "didn't come", "nobody came", "never came", "since"),
    ),
    examples=(
        Example("请在2099年5月18日上午9点到11点上门", "2099-05-18T09:00:00/2099-05-18T11:00:00"),
        Example("预约2099年5月18日", "2099-05-18"),
        Example(
            "Could the technician come on May 18, 2099 between 2 and 4 pm?", "2099-05-18T14:00:00/2099-05-18T16:00:00"
        ),
        Example("I am available on 2099-05-18", "2099-05-18"),
    ),
    counter_examples=("2099年5月18日买的", "It broke on May 18, 2099", "订单号：20240518936"),
    moment_of=coming_moment,
)
