"""Words of addresses and shop names that were misread: a line in, the same with such words put right.

Only lines that the reader itself doubts are touched, only words that are no word of the list, and only where each
letter that differs from one word of the list looks like it. In names only words of trades count.
The lists are common vocabulary, not names of anyone. What this does not know: rare words; they stay as they were read.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vision.records import Line

SURE = 0.95
"""Of lines at or above this calibrated confidence nearly all are right to the letter; there is nothing to mend."""
WORD = re.compile(r"[A-Za-z0-9_:;!|']{4,24}")
SHORTEST = 4
LOOK_ALIKES = tuple(
    frozenset(group)
    for group in ("0OQDCGU", "1IL|!:;TJ_", "EOCAS", "GYQ9J", "GS589B", "HMNWU", "PFREKB", "0B8", "UVYN", "XK", "Z2")
)
"""Letters that print on cheap paper lets a reader take for each other; capitals, for case is folded first."""
MISREAD_L = re.compile(r"(?<=[A-Za-z])1(?=[a-z])")
"""The recogniser's commonest slip in addresses: "J1n" for "Jln"."""
PLACES = frozenset(
    re.findall(
        r"[A-Z]+",
        """
    JALAN LORONG PERSIARAN LEBUH LEBUHRAYA TAMAN KAMPUNG BANDAR SEKSYEN SECTION KAWASAN PERINDUSTRIAN PERNIAGAAN WISMA
    MENARA BANGUNAN TINGKAT BATU PUSAT DAGANGAN DATARAN DESA MEDAN MUKIM DARUL EHSAN TAKZIM KOMPLEKS PASAR PASARAYA
    KUALA LUMPUR SELANGOR JOHOR BAHRU BARU PAHANG KEDAH SARAWAK SABAH PERLIS KELANTAN TERENGGANU NEGERI SEMBILAN PERAK
    MELAKA PENANG PINANG PULAU MALAYSIA KLANG PETALING JAYA SHAH ALAM SUBANG DAMANSARA CHERAS PUCHONG AMPANG KAJANG
    SEREMBAN KUCHING SKUDAI IPOH SERDANG KEPONG SEPANG RAWANG SENTUL SETAPAK SINGAPORE LEVEL FLOOR GROUND FIRST SECOND
    UNIT BLOCK PLAZA MALL ROAD STREET AVENUE LANE DRIVE BOULEVARD HIGHWAY PARKWAY SQUARE COURT CRESCENT TERRACE SUITE
    BUILDING TOWER CENTRE CENTER OFFICE COMPLEX NORTH SOUTH EAST WEST UPPER LOWER CITY TOWN PARK GARDEN GARDENS VILLAGE
    INDUSTRIAL COMMERCIAL BUSINESS SHOPPING STATION HOUSE MAIN CENTRAL HILL VALLEY RIVER BRIDGE MARKET BEACH LAKE
    """,
    )
)
TRADES = frozenset(
    re.findall(
        r"[A-Z]+",
        """
    ENTERPRISE ENTERPRISES TRADING RESTAURANT RESTAURANTS RESTORAN KEDAI MART MINIMARKET SUPERMARKET HYPERMARKET STORE
    STORES SHOP OUTLET PHARMACY FARMASI HARDWARE CAFE COFFEE KOPITIAM BISTRO BAKERY CONFECTIONERY HOTEL SYARIKAT
    BOOKS BOOKSTORE MOTOR MOTORS SERVICE SERVICES SUPPLY SUPPLIES SEAFOOD KITCHEN CUISINE FOOD FOODS CLINIC KLINIK
    DENTAL OPTICAL GALLERY ELECTRICAL ELECTRONICS ELECTRIC MARKETING ADVERTISING PRINTING STATIONERY STATIONER FASHION
    BOUTIQUE FURNITURE MACHINERY PETROLEUM RETAIL HOLDINGS INDUSTRIES INDUSTRY RESOURCES INTERNATIONAL COMPANY LIMITED
    CORPORATION ENGINEERING CONSTRUCTION DISTRIBUTION DISTRIBUTOR HEALTHCARE
    """,
    )
)
WORDS = PLACES | TRADES


def mended(line: Line, words: frozenset[str]) -> str:
    """Put misread words of a doubtful line right, in the case they are printed in.

    >>> box = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    >>> mended(Line("40999 Subang Jaga, SE_ANGOR", box, 0.8), PLACES), mended(Line("Subang Jaga", box, 0.99), PLACES)
    ('40999 Subang Jaya, SELANGOR', 'Subang Jaga')
    """
    text = MISREAD_L.sub("l", line.text)
    if line.confidence >= SURE:
        return text
    return WORD.sub(lambda match: _mended_word(match.group(), words), text)


def _mended_word(word: str, words: frozenset[str]) -> str:
    letters = sum(character.isalpha() for character in word)
    if letters * 4 < len(word) * 3 or word.upper() in words:
        return word
    nearest = _nearest(word.upper(), words)
    if not nearest:
        return word
    is_title = word[:1].isupper() and word[1:2].islower()
    return nearest.title() if is_title else nearest.lower() if word.islower() else nearest


@lru_cache(maxsize=4096)
def _nearest(word: str, words: frozenset[str]) -> str:
    """Return the one word whose letters all look like these, one in three off; empty where none or several do."""
    near = [known for known in words if len(known) == len(word) and _looks_like(word, known)]
    return near[0] if len(near) == 1 else ""


def _looks_like(word: str, known: str) -> bool:
    differing = [(one, other) for one, other in zip(word, known, strict=True) if one != other]
    if len(differing) > len(word) // 3:
        return False
    return all(any(one in group and other in group for group in LOOK_ALIKES) for one, other in differing)
