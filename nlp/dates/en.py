"""The English grammar of time: regular expressions and what each reads.

In: folded text. Out: rules and joints. What a match reads as is in en_days.py, en_spans.py, en_sets.py and en_words.py;
how atoms join ("tomorrow" + "at 5") is in combine.py.
"""

# ruff: noqa: E501 - one rule of the grammar is one line: a table that is read down, not across
from __future__ import annotations

import re
from collections.abc import Iterable

from nlp.dates import almanac, en_days, en_sets, en_spans
from nlp.dates.combine import Joints
from nlp.dates.en_words import (
    BARE_HOURS,
    CLOCK,
    CLOCK_WORDS,
    DAY_NUMBER,
    ISO_CLOCK,
    JOINED_CLOCK,
    LED_HOUR,
    LENGTH,
    MONTH,
    NTH,
    PARTS,
    PAST_HOUR,
    TURN_WORDS,
    WEEKDAY,
    WORD_CLOCK,
    YEAR,
    bare_hours,
    clock,
    clock_word,
    iso_clock,
    joined_clock,
    led_hour,
    part_of_day,
    past_hour,
    word_clock,
)
from nlp.dates.numerals import EN_ONES_WORDS, EN_TENS_WORDS
from nlp.dates.rules import Rules, rule


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted((word.replace(" ", r"\s") for word in words), key=len, reverse=True))


_B, _E = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_TURN = rf"(?P<turn>{TURN_WORDS})"
_OF_TURN = rf"(?P<of_turn>{TURN_WORDS})"
_CERTAIN_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?:\.(?=\s?[\da-z,]))?"
_LED_MONTH = r"(?:(?<=in |of |to |by )|(?<=from )|(?<=since )|(?<=until |after )|(?<=before )|(?<=between )|(?<=early )|(?<=mid )|(?<=mid-)|(?<=late )|(?<=during ))(?P<month>may|march|mar)"
_RANGED_MONTH = (
    r"(?P<month>may|march|mar)(?=\s?(?:to|until|through|-)\s?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
)
_ON_WEEKDAY = rf"(?:(?:(?P<weekday_turn>this|next|last)\s)?{WEEKDAY}(?:[,.]?\s|-|,)(?:the\s|\()?)"
_IN_YEAR = rf"(?:(?:,\s?|\s)(?:of\s|in\s)?{YEAR})"
_FULL_YEAR = r"(?P<year>(?:1[5-9]|2[01])\d{2})"
_OTHER_YEAR = _FULL_YEAR.replace("year>", "year_before>")
_SAID_YEAR = rf"(?P<year>nineteen\s(?:{EN_TENS_WORDS}|{EN_ONES_WORDS})(?:[ -](?:{EN_ONES_WORDS}))?|two\sthousand\s(?:and\s)?(?:(?:{EN_TENS_WORDS})(?:[ -](?:{EN_ONES_WORDS}))?|{EN_ONES_WORDS})|twenty\s(?:twenty|thirty|ten|[a-z]{{3,5}}teen)(?:[ -](?:{EN_ONES_WORDS}))?)"
_LED_YEAR = r"(?:(?<=in )|(?<=of )|(?<=by )|(?<=from )|(?<=year )|(?<=since )|(?<=until )|(?<=after )|(?<=before )|(?<=between ))"
_LED_DAY = r"(?=the\s)(?:^|(?<=[,.;!?]\s)|(?<=on )|(?<=in )|(?<=of )|(?<=by )|(?<=at )|(?<=to )|(?<=for )|(?<=and )|(?<=till )|(?<=from )|(?<=until )|(?<=since )|(?<=after )|(?<=before )|(?<=starting )|(?<=between ))"
_LAST_DAY = DAY_NUMBER.replace("day>", "last>")
_TO = r"\s?(?:to|-|through|thru|until|till|~)\s?"
_PART = (
    rf"(?P<part>{_one_of(name for name, part in PARTS.items() if not part.code.startswith('ME') or 'time' in name)})"
)
_MEAL = r"(?P<part>breakfast|brunch|lunch|dinner|supper)"
_HOLIDAY = rf"(?P<holiday>{_one_of([*en_days.FIXED, *en_days.MOVING])})"
_COUNTED = r"(?P<unit>years?|months?|weeks?|days?|hours?|minutes?)"

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KINDS = {
    "month": _MONTHS,
    "weekday": _WEEKDAYS,
    "unit": ("year", "yr", "month", "mo", "week", "wk", "fortnight", "day", "hour", "hr", "min", "sec", "quarter", "decade"),
    "turn": ("this", "next", "last", "past", "previous", "prior", "coming", "following", "current", "same", "that", "the", "preceding", "within"),
    "said": ("today", "tomorrow", "tomorow", "tmr", "yesterday", "tonight", "tonite", "day", "date"),
    "part": ("morning", "afternoon", "evening", "night", "nite", "day", "time", "hour", "am", "pm"),
    "meal": ("breakfast", "brunch", "lunch", "dinner", "supper"),
    "clock": ("clock", "noon", "mid", "am", "a.m", "a m", "pm", "p.m", "p m", "a. m", "p. m", "morning", "afternoon", "evening"),
    "months": ("month",),
    "weeks": ("week",),
    "next": ("next",),
    "way": ("past", " to", "after", "before"),
    "away": ("ago", "earlier", "later", "back", "from", "after", "before", "hence"),
    "rest": ("rest", "remain"),
    "minute": ("ten", "five", "fift", "twenty", "thirty", "forty", " o"),
    "hour": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", *"123456789"),
    "number": ("nineteen", "thousand", "twenty"),
    "quarter": ("quarter", "q1", "q2", "q3", "q4"),
    "season": ("spring", "summer", "autumn", "fall", "winter"),
    "end": ("end", "eo"),
    "now": ("now", "moment", "present", "asap", "possible", "minute", "currently", "recently", "previously", "time"),
    "holiday": ("day", "christmas", "xmas", "year", "nye", "halloween", "thanks", "easter", "good friday", "fools", "birthday", "pentecost", "corpus", "mayo", "juneteenth", "monday", "friday", "sunday", "epiphany", "double 11"),
    "repeat": ("every", "each", "daily", "nightly", "weekly", "monthly", "quarterly", "yearly", "annual", "hourly", "once", "twice", "times"),
    "plural": ("days", "mornings", "afternoons", "evenings", "nights", "weekends"),
    "kind": ("fiscal", "financial", "school", "academic", "fy", "sy"),
    "tens": ("ties", "0s", "0's"),
    "century": ("century",),
}  # fmt: skip

RULES = Rules((
    rule("digit", rf"{_B}(?!(?<=\d-)\d{{4}}-)(?P<year>\d{{4}})(?P<cut>[-/. ])(?P<month>1[0-2]|0?[1-9])(?P=cut)(?P<day>3[01]|[12]\d|0?[1-9])(?!\d|[./]\d)", en_days.iso_day),
    rule("digit", r"(?<![\d.])(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?![\d-])", en_days.iso_day),
    rule("digit", rf"{_B}(?<![.,/])(?!(?<=\d-)\d{{1,2}}-)(?P<a>\d{{1,2}})(?P<cut>[/.-])(?P<b>\d{{1,2}})(?P=cut)(?P<year>\d{{4}}|\d{{2}})(?![\d/]|\.\d)", en_days.numeric),
    rule("digit weekday", rf"{_ON_WEEKDAY}{_B}(?<![.,/])(?!(?<=\d-)\d{{1,2}}-)(?P<a>\d{{1,2}})(?P<cut>[/.-])(?P<b>\d{{1,2}})(?P=cut)(?P<year>\d{{4}}|\d{{2}})(?![\d/]|\.\d)", en_days.numeric),
    rule("digit", r"(?<![\d.:/a-z])(?P<a>\d{1,2})(?P<cut>/)(?P<b>\d{1,2})(?![\d/%]|[.]\d)(?:(?:,\s?|\sin\s)(?P<year>(?:19|20)\d{2})(?!\d))?\)?", en_days.numeric),
    rule("digit weekday", rf"{_ON_WEEKDAY}(?<![\d.:/a-z])(?P<a>\d{{1,2}})(?P<cut>/)(?P<b>\d{{1,2}})(?![\d/%]|[.]\d)(?:(?:,\s?|\sin\s)(?P<year>(?:19|20)\d{{2}})(?!\d))?\)?", en_days.numeric),
    rule("digit turn", rf"{_B}(?P<turn>this|next|last)\s(?P<a>\d{{1,2}})(?P<cut>/)(?P<b>\d{{1,2}})(?![\d/%]|[.]\d)", en_days.numeric),
    rule("digit weekday", rf"{_B}{WEEKDAY}\s(?P<a>1[0-2]|[1-9])(?P<cut>[.])(?P<b>3[01]|[12]?\d)(?![\d/%:]|[.]\d|\s?[ap]\.?m)", en_days.numeric),
    rule("month", rf"{_B}(?<!\d[.,]){MONTH}\.?\s?[ /-]?\s?(?:the\s)?{DAY_NUMBER}{_IN_YEAR}?{_E}(?!:\d)\)?", en_days.date_of),
    rule("month weekday", rf"{_B}(?<!\d[.,]){_ON_WEEKDAY}{MONTH}\.?\s?[ /-]?\s?(?:the\s)?{DAY_NUMBER}{_IN_YEAR}?{_E}(?!:\d)\)?", en_days.date_of),
    rule("month", rf"{_B}(?<!\d[.,])(?<!\$)(?<!\$\s)(?:the\s)?{DAY_NUMBER}\.?\s?(?:(?:day\s)?of\s)?[ /-]?{MONTH}(?:\.?(?:,?[\s-]|/)(?:of\s|in\s)?{YEAR})?{_E}", en_days.date_of),
    rule("month weekday", rf"{_B}(?<!\d[.,])(?<!\$)(?<!\$\s){_ON_WEEKDAY}(?:the\s)?{DAY_NUMBER}\.?\s?(?:(?:day\s)?of\s)?[ /-]?{MONTH}(?:\.?(?:,?[\s-]|/)(?:of\s|in\s)?{YEAR})?{_E}", en_days.date_of),
    rule("month", rf"{_B}{MONTH}-{DAY_NUMBER}-{YEAR}{_E}", en_days.date_of),
    rule("month digit", rf"{_B}{MONTH}\s{DAY_NUMBER}-{_FULL_YEAR}{_E}", en_days.date_of),
    rule("month", rf"{_B}(?:the\s)?last\sday\s(?:of|in)\s(?:the\s)?{MONTH}{_IN_YEAR}?{_E}", en_days.last_day),
    rule("months", rf"{_B}(?:the\s)?last\sday\s(?:of|in)\s(?:the\s)?{_TURN}\smonth{_E}", en_days.last_day),
    rule("month digit", rf"{_B}(?P<year>(?:19|20)\d{{2}})[\s/-]{MONTH}[\s/-]{DAY_NUMBER}{_E}", en_days.date_of),
    rule("month", rf"{_B}{DAY_NUMBER}(?=(?:,|\s(?:and|or|&))\s(?:the\s)?(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s(?:of\s)?{MONTH}{_E})", en_days.date_of),
    rule("month", rf"{_B}(?:from\s|between\s)?{MONTH}\.?\s{DAY_NUMBER}{_TO}(?:the\s)?{_LAST_DAY}{_IN_YEAR}?{_E}(?!:\d|\s?[ap]\.?m)", en_spans.days_of_month),
    rule("month", rf"{_B}(?:from\s|between\s)?(?:the\s)?{DAY_NUMBER}{_TO}(?:the\s)?{_LAST_DAY}\s(?:of\s)?{MONTH}{_IN_YEAR}?{_E}", en_spans.days_of_month),
    rule("month", rf"{_B}between\s{MONTH}\.?\s{DAY_NUMBER}\sand\s(?:the\s)?{_LAST_DAY}{_IN_YEAR}?{_E}", en_spans.days_of_month),
    rule("month", rf"{_B}(?:from|between)\s(?:the\s)?{DAY_NUMBER}\sand\s(?:the\s)?{_LAST_DAY}\s(?:of\s)?{MONTH}{_IN_YEAR}?{_E}", en_spans.days_of_month),
    rule("end", rf"{_B}(?:the\s)?(?:end\sof\s(?:the\s)?day|eod){_E}", lambda m, r: almanac.end_of_day(r)),
    rule("end", rf"{_B}(?:end\sof\s(?P<unit>week|month|year)|eo(?P<short>[wmy])){_E}", en_spans.end_of_span),
    rule("month digit", rf"{_B}{MONTH}/(?P<day>\d{{1,2}})(?:\s?\({WEEKDAY}\))?(?![a-z0-9/])", en_days.date_of),
    rule("said", rf"{_B}(?P<said>(?:the\s)?day\safter\s(?:tomorrow|tmrw?)|(?:the\s)?day\sbefore\syesterday|today|tomorrow|tomorow|tmrw?|yesterday|the\sday(?!\s(?:after|before|of))|current\sdate){_E}", en_days.said_day),
    rule("said", rf"{_B}(?P<said>the\s(?:next|following|previous|last)\sday|the\sday\s(?:after|before))(?=[.,;!?]|$|\s(?:at|in|of\sthe|by|we|i|you|he|she|it|they|the)(?![a-z]))", en_days.said_day),
    rule("part", rf"{_B}(?P<said>to)(?=(?:night|nite){_E})", en_days.said_day),
    rule("part", rf"{_B}(?P<said>this|last|next|following)(?=\s(?:morning|afternoon|evening|night){_E})", en_days.said_day),
    rule("weekday", rf"{_B}(?:(?!the\s){_TURN}\s)?{WEEKDAY}{_E}", en_days.weekday),
    rule("weekday unit", rf"{_B}{_TURN}\sweek(?:\son|\s-)?,?\s{WEEKDAY}{_E}", en_days.weekday),
    rule("weekday unit", rf"{_B}{WEEKDAY},?\s(?:of\s|in\s)?(?:the\s)?{_TURN}\sweek{_E}", en_days.weekday),
    rule("weekday unit", rf"{_B}{WEEKDAY},?\s{LENGTH}\s(?P<way>from\s(?:now|today)|ago){_E}", en_days.weekday_away),
    rule("weekday", rf"{_B}{WEEKDAY},?\sthe\s{DAY_NUMBER}{_E}", en_days.weekday_the),
    rule("weekday", rf"{_B}{WEEKDAY},?\s(?P<day>(?:3[01]|[12]\d|[1-9])(?:st|nd|rd|th)|(?:3[01]|2\d|1[3-9]))(?![a-z0-9:/%]|[.,]\d|\s?[ap]\.?m|\s?-\s?\d|\s(?:days?|weeks?|hours?|minutes?|of|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))", en_days.weekday_numbered),
    rule("weekday", rf"{_B}(?!last){NTH}\s{WEEKDAY}{_E}", en_days.weekday_counted),
    rule("weekday", rf"{_B}(?:the\s)?{NTH}\s{WEEKDAY}\s(?:of|in)\s(?:the\s)?(?:{MONTH}{_IN_YEAR}?|{_TURN}\smonth){_E}", en_days.nth_weekday_of),
    rule("weekday part", rf"{_B}(?:the\s)?{NTH}\s{WEEKDAY}\s{_PART}\s(?:of|in)\s(?:the\s)?(?:{MONTH}{_IN_YEAR}?|{_TURN}\smonth){_E}", en_days.nth_weekday_part),
    rule("months", rf"{_B}(?:the\s)?{DAY_NUMBER}\s(?:day\s)?of\s(?:the\s)?{_TURN}\smonth{_E}", en_days.day_of_month),
    rule("turn", rf"{_LED_DAY}the\s{DAY_NUMBER}(?<=[a-z]){_E}(?!\s(?:of|one|day|week|month|year|quarter|time|half|floor|call|party|century|decade|is|person|thing|two|three|{'|'.join(_WEEKDAYS)}))", en_days.month_day_only),
    rule("digit", r"(?<=on\s)(?P<day>3[01]|[12]\d|[1-9])(?=[.;!?]|$|,\s|\sat\s)(?!\.\d)", en_days.month_day_only),
    rule("digit", rf"{_LED_DAY}the\s(?P<day>3[01]|[12]\d|[1-9])(?=\s?[.;!?]|$|,\s|\sat\s)(?!\.\d)", en_days.month_day_only),
    rule("digit", r"(?:(?<=on\s)|(?<=in\s))(?P<a>1[0-2]|[1-9])(?P<cut>[.-])(?P<b>3[01]|[12]\d|[1-9])(?=[;!?]|$|,\s|\sat\s)", en_days.numeric),
    rule("month", rf"{_B}{MONTH}\.?\s?,?\s(?:of\s|in\s)?{YEAR}{_E}", en_spans.month),
    rule("month turn", rf"{_B}(?!the\s)(?!(?<!from\s)(?<!since\s)(?<!until\s)(?<!in\s)(?<!by\s)(?<!of\s)this\smay){_TURN}\s{MONTH}{_E}", en_spans.month),
    rule("month turn", rf"{_B}{MONTH}\s(?:of\s|in\s)?{_OF_TURN}\syear{_E}", en_spans.month),
    rule("month", rf"{_B}(?<!\$){_CERTAIN_MONTH}{_E}", en_spans.month),
    rule("month", rf"{_LED_MONTH}{_E}", en_spans.month),
    rule("month months", rf"{_B}(?:the\s)?month\sof\s{MONTH}{_IN_YEAR}?{_E}", en_spans.month),
    rule("month", rf"{_B}{_RANGED_MONTH}", en_spans.month),
    rule("month digit", rf"{_B}{MONTH}[-/](?P<year>(?:19|20)\d{{2}}){_E}", en_spans.month),
    rule("digit", rf"{_B}(?<!\d-)(?P<year>(?:19|20)\d{{2}})\s?[-/]\s?(?P<month>1[0-2]|0?[1-9])(?![\d/:-]|\s?[-/]\s?\d)", en_spans.month_digits),
    rule("digit", r"(?<![\d.:/-])(?P<month>1[0-2]|0?[1-9])\s?[-/]\s?(?P<year>(?:19|20)\d{2})(?![\d/-])", en_spans.month_digits),
    rule("months", rf"{_B}(?:the\s)?{NTH}\smonth\s(?:of|in)\s(?:the\syear\s)?(?:{_FULL_YEAR}|{_TURN}\syear){_E}", en_spans.nth_month),
    rule("digit", r"(?<![\d$€£¥.,:/#a-z-])(?:year\s)?(?P<year>(?:19|20)\d{2})(?![\d%:/a-z]|[.,]\d|-(?!(?:19|20)\d{2}(?![\d-])))", en_spans.year),
    rule("digit", r"(?<=\d{4}[-~])(?P<year>(?:19|20)\d{2})(?![\d%:/a-z]|[.,-]\d)", en_spans.year),
    rule("digit", rf"{_LED_YEAR}{_FULL_YEAR}(?![\d%:/a-z]|[.,-]\d|\s[a-z]+s(?![a-z]))", en_spans.year),
    rule("number", rf"{_LED_YEAR}{_SAID_YEAR}(?![a-z]|\s(?:hundred|thousand|percent|days|years|minutes|hours|dollars))", en_spans.year),
    rule("kind", rf"{_B}(?:{_TURN}\s)?(?P<kind>fiscal|financial|school|academic)\syear(?:\s(?P<year>\d{{4}}|\d{{2}}))?{_E}", en_spans.named_year),
    rule("kind digit", rf"{_B}(?P<kind>[fs]y)[\s-]?(?P<year>\d{{4}}|\d{{2}}){_E}", en_spans.named_year),
    rule("tens", rf"{_B}(?:the\s)?'?(?:(?P<digits>(?:1\d|20)\d0|[1-9]0)'?s|(?P<tens>(?:twen|thir|for|fif|six|seven|eigh|nine)ties)){_E}", en_spans.decade),
    rule("century", rf"{_B}(?:the\s)?{NTH}\s{{1,3}}century{_E}", en_spans.century),
    rule("turn unit", rf"{_B}{_TURN}\s(?P<unit>week|weekend|work\s?week|working\sweek|month|quarter|year|decade){_E}", en_spans.said_span),
    rule("unit", rf"{_B}(?P<turn>)(?P<unit>weekend){_E}", en_spans.said_span),
    rule("unit", rf"{_B}(?P<unit>week|month|quarter|year)[\s-]to[\s-]date{_E}", en_spans.to_date),
    rule("unit rest", rf"{_B}(?:rest|remaining|remainder)\s(?:of\s)?(?:the\s|this\s|my\s)?day{_E}", en_spans.rest_of_day),
    rule("unit next", rf"{_B}(?:the\s)?(?P<unit>week|weekend|month|quarter|year)\safter\s(?:the\s)?next{_E}", en_spans.after_next),
    rule("weeks", rf"{_B}(?:the\s)?{NTH}\sweek\s(?:of|in)\s(?:the\syear\s)?(?:{_FULL_YEAR}|{_OF_TURN}\syear){_E}", en_spans.week_of_year),
    rule("months", rf"{_B}(?:from\s|between\s)?(?:the\s)?{DAY_NUMBER}{_TO}(?:the\s)?{_LAST_DAY}\s(?:of\s)?{_TURN}\smonth{_E}", en_spans.days_of_said_month),
    rule("month digit", rf"{_B}(?P<year>(?:19|20)\d{{2}})\s?,?\s?{MONTH}{_E}(?!\s?\d)", en_spans.month),
    rule("unit digit", rf"{_B}(?P<year_before>(?:19|20)\d{{2}})\s(?:the\s)?(?P<word>first|1st|second|2nd|third|3rd|fourth|4th)\squarter(?P<digit>){_E}", en_spans.quarter),
    rule("unit rest", rf"{_B}(?:rest|remaining|remainder)\s(?:of\s)?(?:the\s|this\s|my\s|current\s)?(?P<unit>week|month|quarter|year){_E}", en_spans.rest_of),
    rule("unit", rf"{_B}(?:the\s)?(?P<end>first|last)\s{LENGTH}\s(?:of|in)\s(?:the\s)?(?:{MONTH}{_IN_YEAR}?|{_OTHER_YEAR}|{_TURN}\s(?P<unit>week|month|quarter|year)){_E}", en_spans.part_of),
    rule("digit", rf"{_B}(?P<year_before>(?:19|20)\d{{2}})[\s-]?q(?P<digit>[1-4])(?P<word>)(?P<year>){_E}", en_spans.quarter),
    rule("digit", rf"{_B}(?:(?P<year_before>(?:19|20)\d{{2}})[\s-]?)?h(?P<half>[12])(?:[\s-](?:of\s)?(?P<year>(?:19|20)\d{{2}}))?{_E}", en_spans.half_year),
    rule("unit", rf"{_B}(?:the\s)?(?P<half>)(?P<word>first|1st|second|2nd)\shalf\sof\s(?:the\syear\s)?(?:{_FULL_YEAR}|{_OF_TURN}\syear){_E}", en_spans.half_year),
    rule("digit", rf"{_B}q(?P<digit>[1-4])(?P<word>)-(?P<year>(?:19|20)\d{{2}}){_E}", en_spans.quarter),
    rule("quarter", rf"{_B}(?:q(?P<digit>[1-4])|(?:the\s)?(?P<word>first|1st|second|2nd|third|3rd|fourth|4th)\squarter)(?:,?\s(?:of\s|in\s)?(?:{YEAR}|{_OF_TURN}\syear))?{_E}", en_spans.quarter),
    rule("unit digit", rf"{_B}week\s(?:number\s)?(?P<number>\d{{1,2}})(?:,?\s(?:of\s|in\s)?(?:{_FULL_YEAR}|{_OF_TURN}\syear))?{_E}", en_spans.week_number),
    rule("weeks", rf"{_B}(?:the\s)?{NTH}\sweek\s(?:of|in)\s(?:the\s)?(?:{MONTH}\.?{_IN_YEAR}?|{_TURN}\s(?P<unit>month)){_E}", en_spans.week_of_month),
    rule("season", rf"{_B}(?:{_TURN}\s)?(?P<season>spring|summer|autumn|winter)(?:,?\s(?:of\s|in\s)?(?:{YEAR}|{_OF_TURN}\syear))?{_E}", en_spans.season),
    rule("season", rf"{_B}(?:{_TURN}\s)(?P<season>fall){_E}", en_spans.season),
    rule("season digit", rf"{_B}(?P<season>fall),?\s(?:of\s|in\s)?(?P<year>(?:19|20)\d{{2}}){_E}", en_spans.season),
    rule("digit", CLOCK, clock),
    rule("digit", ISO_CLOCK, iso_clock),
    rule("digit", JOINED_CLOCK, joined_clock),
    rule("hour", LED_HOUR, led_hour),
    rule("clock", CLOCK_WORDS, clock_word),
    rule("hour", BARE_HOURS, bare_hours),
    rule("hour way", PAST_HOUR, past_hour),
    rule("hour minute", WORD_CLOCK, word_clock),
    rule("part", rf"{_B}(?<!good )(?:in\sthe\s|in\s|at\s)?{_PART}{_E}", part_of_day),
    rule("part", rf"{_B}in\sthe\s{_PART}s{_E}", part_of_day),
    rule("part", rf"{_B}(?:in\sthe\s)?(?P<phase>earl(?:y|ier)|later?)(?:-|\s(?:in\s(?:the\s)?)?){_PART}s?{_E}", part_of_day),
    rule("part", rf"(?<=to)(?P<part>night){_E}", lambda m, r: PARTS["night"]),
    rule("part", rf"(?<=to)(?P<part>nite){_E}", lambda m, r: PARTS["night"]),
    rule("part said", rf"(?:(?<=today )|(?<=tomorrow )|(?<=yesterday )|(?<=day ))(?P<part>am|pm){_E}", lambda m, r: PARTS["morning" if m["part"].lower() == "am" else "afternoon"]),
    rule("meal", rf"{_B}(?:(?:at|around|during)\s|(?<=after\s)|(?<=before\s)|(?<=by\s)|(?<=until\s)|(?<=since\s)){_MEAL}{_E}", part_of_day),
    rule("unit", rf"{_B}in\s{LENGTH}{_E}", en_days.away),
    rule("unit away", rf"{_B}{LENGTH}\s(?P<way>ago|earlier|later|back|from\snow|from\stoday|from\stomorrow|from\stmrw?|from\syesterday|after\stoday|after\stomorrow|before\syesterday|before\stoday|before\stomorrow|before\snow|hence){_E}", en_days.away),
    rule("unit turn", rf"{_B}(?P<way>within|within\s(?:the\s)?(?:next|upcoming|coming|following)|within\sthe|(?:next|last|past|previous|following|coming|upcoming|prior|trailing))\s{LENGTH}{_E}", en_spans.towards),
    rule("unit turn", rf"{_B}(?P<count>\d{{1,3}}|{EN_ONES_WORDS})\s(?P<way>upcoming|coming|next|following|past|previous|last)\s{_COUNTED}{_E}", en_spans.counted_towards),
    rule("unit turn", rf"{_B}(?P<turn>next|last|past|previous)\s(?P<unit>hour|minute|second){_E}", en_spans.said_length),
    rule("unit", rf"{_B}{LENGTH}{_E}", en_spans.length),
    rule("repeat", rf"{_B}(?:(?P<word>{_one_of(en_sets.WORDS)}){_E})", en_sets.repeat_word),
    rule("repeat", rf"{_B}(?:every|each)\s(?P<other>other\s)?(?:{WEEKDAY}s?|(?P<unit>{_one_of(en_sets.UNITS)})){_E}", en_sets.repeat),
    rule("repeat unit", rf"{_B}every\s(?:(?P<weekends>\d{{1,2}}|{EN_ONES_WORDS})\sweekends|{LENGTH}){_E}", en_sets.repeat_length),
    rule("repeat unit", rf"{_B}(?:once|twice|(?:\d{{1,2}}|{EN_ONES_WORDS})\stimes)\s(?:a|an|every|per|each)\s(?P<unit>{_one_of(en_sets.UNITS)}){_E}", en_sets.times_per),
    rule("repeat unit", rf"{_B}(?:the\s)?{DAY_NUMBER}\s(?:day\s)?of\s(?:every|each)\smonth{_E}", en_sets.day_of_every_month),
    rule("plural", rf"{_B}(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day)s{_E}", en_sets.repeat_weekdays),
    rule("plural", rf"{_B}(?P<part>mornings|afternoons|evenings|nights|weekends){_E}", en_sets.repeat_parts),
    rule("now", rf"{_B}(?:right\snow|now|(?:at|by)\sth(?:e|is)\s(?:very\s)?(?:moment|minute|time)|at\s(?:the\s)?present(?:\stime)?|as\ssoon\sas\spossible|asap|currently|recently|previously)(?!\sof{_E}){_E}", en_days.now),
    rule("holiday", rf"{_B}(?:(?P<turn>next|last|previous|following|upcoming|coming|this|past)\s)?{_HOLIDAY}(?:,?\s(?:of\s|in\s)?(?:{YEAR}|{_OF_TURN}\syear))?{_E}", en_days.holiday),
    rule("holiday weeks", rf"{_B}{_HOLIDAY}\sweekend(?:,?\s(?:of\s|in\s)?(?:{YEAR}|{_OF_TURN}\syear))?{_E}", en_days.holiday_weekend),
    rule("month digit", rf"{_B}(?:{WEEKDAY}\s)?{MONTH}\s{{1,2}}(?P<day>\d{{1,2}})\s(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)\s(?P<year>(?:19|20)\d{{2}}){_E}", en_days.stamp),
), _KINDS, {"unit": re.compile(r"\d\s?[hdwmy](?![a-z0-9])", re.IGNORECASE)})  # fmt: skip


def _ends(expression: str) -> re.Pattern[str]:
    """Compile what stands before an atom."""
    return re.compile(rf"(?<![a-z])(?:{expression})\s(?:the\s)?$", re.IGNORECASE)


JOINTS = Joints(
    beside=re.compile(r"[\s,]{0,2}(?:(?:at|@|on|in the|by the|the|around|about|approximately|for)\s)?", re.IGNORECASE),
    behind=re.compile(r"[\s,]{0,2}(?:(?:on|of|in)\s)?(?:the\s)?", re.IGNORECASE),
    later_than=re.compile(r"\s(?:from|after|since|following)\s(?:the\s)?", re.IGNORECASE),
    earlier_than=re.compile(r"\s(?:before|prior to|preceding)\s(?:the\s)?", re.IGNORECASE),
    to=re.compile(r"\s{0,2}(?:-|~|to|until|till|til|through|thru)\s{0,2}(?:the\s)?", re.IGNORECASE),
    opening=re.compile(r"(?<![a-z])(?:from|between)\s(?:the\s)?$", re.IGNORECASE),
    both=re.compile(r"\s(?:and)\s(?:the\s)?", re.IGNORECASE),
    closing=re.compile(r"(?!)"),
    prefixes=(
        ("until", _ends("on or before|until|till|til|up to|through|as late as")),
        ("since", _ends("on or after|since|starting from|starting on|starting|beginning|as early as|any ?time (?:from|after|since)")),
        ("before", _ends("before|prior to|by|no later than|earlier than|not later than|sooner than")),
        ("after", _ends("after|later than|greater than|following")),
        ("since", re.compile(r"(?<![\w\"'/-])>=\s?$")),
        ("until", re.compile(r"(?<![\w\"'/-])<=\s?$")),
        ("after", re.compile(r"(?<![\w\"'/-])>\s?$")),
        ("before", re.compile(r"(?<![\w\"'/-])<\s?$")),
    ),
    suffixes=(
        ("until", re.compile(r"\s(?:or|and)\s(?:before|earlier|prior)(?![a-z]|\s\d)", re.IGNORECASE)),
        ("since", re.compile(r"\s(?:(?:or|and)\s(?:after|later|above|greater)|onwards?)(?![a-z]|\s\d)", re.IGNORECASE)),
    ),
    only_to=re.compile(r"from", re.IGNORECASE),
    lasting=re.compile(r",?\s(?:(?P<from>from)|starting(?:\s(?:from|on|at))?|beginning(?:\s(?:on|at))?|commencing(?:\son)?)\s(?:the\s)?", re.IGNORECASE),
    lasting_opening=re.compile(r"(?<![a-z])for\s$", re.IGNORECASE),
    lasts=re.compile(r",?\sfor\s(?:about\s)?", re.IGNORECASE),
    week_of=re.compile(r"(?<![a-z])(?:the\s)?(?:week\s(?:of|starting|beginning|commencing)|w/?c)\s(?:on\s)?(?:the\s)?$", re.IGNORECASE),
    weekend_of=re.compile(r"(?<![a-z])(?:the\s)?weekend\sof\s(?:the\s)?$", re.IGNORECASE),
    every=re.compile(r"(?<![a-z])(?:every|each)\s$", re.IGNORECASE),
    phases=(
        ("start", re.compile(r"(?<![a-z])(?:the\s)?(?P<phase>(?:beginning|start|early)(?:\s(?:of|in|part\sof))?\s(?:the\s)?)$", re.IGNORECASE)),
        ("earlier", re.compile(r"(?<![a-z])(?P<phase>earlier(?:\sin)?\s(?:the\s)?)$", re.IGNORECASE)),
        ("mid", re.compile(r"(?<![a-z])(?:the\s)?(?P<phase>(?:middle(?:\sof)?|mid)[\s-](?:the\s)?)$", re.IGNORECASE)),
        ("end", re.compile(r"(?<![a-z])(?:the\s)?(?P<phase>(?:end(?:\sof)?|late(?:\s(?:of|in|part\sof))?)\s(?:the\s)?)$", re.IGNORECASE)),
        ("later", re.compile(r"(?<![a-z])(?P<phase>later(?:\sin)?\s(?:the\s)?)$", re.IGNORECASE)),
    ),
    compared=re.compile(r"(?<![a-z])(?:(?:more|greater|longer)\sthan|at\sleast|(?P<less>(?:less|fewer|shorter)\sthan|at\smost))\s(?:the\s)?$", re.IGNORECASE),
    away=re.compile(r"(?<![a-z])(?:ago|before|after|from|later|earlier|hence)(?![a-z])", re.IGNORECASE),
)  # fmt: skip
