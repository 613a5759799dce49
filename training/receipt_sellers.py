"""Shops made up for composed receipts: random numbers in, a name, a registration, an address and a branch out.

Three of four English-speaking shops are Malaysian, as on the receipts that vision is measured on; the rest are
American, British or of Singapore. What this does not know: whether such a shop exists; a likeness is chance.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.receipt_vocabulary import chance, drawn

CORES = (
    "{word} {word}|{word}|{syllable} {syllable}|{syllable} {syllable}|{syllable} {syllable} {syllable}|"
    "{syllable}|{person}|"
    "{person}'S|{person} & SONS|{person} BROTHERS|^.^. {syllable}|## {word}|^^^ {word}|^{syllable}|{word} {syllable}"
)
HOUSE_NUMBERS = (
    "NO ##|NO. ##|NO.##-G|LOT ####|##|1##|## & ##|^-##|LOT ##, LEVEL #|UNIT ^#-##|NO:##A|LOT P.T. ####|"
    "##-1|^-#-#|NO.#&#|"
    "LOT ####-A & ####-B|NO #,|PT#####|#-1-#"
)
STREETS = (
    "{way} {malay}|{way} {malay} #|{way} {malay} #/#|{way} {malay} ##/#|{way} {malay} {malay}|{way} {malay} #/##^|"
    "JALAN SS##/##|JALAN PJU #/#^|JALAN U#/#|JLN SS##/##|JALAN ##/###^|{way} {syllable} {syllable}"
)


@dataclass(frozen=True, slots=True)
class Seller:
    """The name and the address are in lines as printed; `brand` is what hangs over the door."""

    name: tuple[str, ...]
    brand: str
    registration: str
    address: tuple[str, ...]
    branch: str


def english_seller(rng: random.Random) -> Seller:
    return Seller(
        name=_split(rng, english_name(rng)),
        brand=drawn(
            rng,
            "{word} {word}|{syllable} {syllable}|{word} {trade}|{syllable} {trade}|{word}|{word} {syllable} {trade}",
        ),
        registration=drawn(rng, "######-^|#######-^|#####-^|######^|JM0######-^|00#######-^"),
        address=english_address(rng) if chance(rng, 0.25) else malay_address(rng),
        branch=drawn(rng, "{mall}|{mall}|{town}|({mall})|{word} - {mall}|({malay} {malay})"),
    )


def english_name(rng: random.Random) -> str:
    core = drawn(rng, CORES) + (drawn(rng, " ({town})| ({malay})| (##)") if chance(rng, 0.1) else "")
    form = rng.random()
    if form < 0.45:
        return core + (drawn(rng, " {trade}") if chance(rng, 0.65) else "") + drawn(rng, " {legal}")
    if form < 0.78:
        return core + drawn(rng, " {trade}")
    if form < 0.9:
        return drawn(rng, "{prefix} ") + core + (" SDN BHD" if chance(rng, 0.3) else "")
    return core if len(core) > 7 else core + drawn(rng, " {word} {word}")


def _split(rng: random.Random, name: str) -> tuple[str, ...]:
    """Break a name over lines, as narrow paper does, seldom."""
    words = name.split(" ")
    if len(words) < 3 or chance(rng, 0.78):
        return (name,)
    at = rng.randrange(1, len(words))
    if len(words) - at > 3 and chance(rng, 0.4):
        return (" ".join(words[:at]), " ".join(words[at : at + 2]), " ".join(words[at + 2 :]))
    return (" ".join(words[:at]), " ".join(words[at:]))


def malay_address(rng: random.Random) -> tuple[str, ...]:
    parts = [drawn(rng, HOUSE_NUMBERS), drawn(rng, STREETS)]
    if chance(rng, 0.3):
        place = drawn(
            rng, "GROUND FLOOR|LEVEL #|WISMA {syllable}|BLOCK ^|{mall}|{mall}|MENARA {malay}|BANGUNAN {malay}"
        )
        parts.insert(rng.randrange(0, 3), place)
    parts += [drawn(rng, "{area}")] * chance(rng, 0.75)
    parts.append(drawn(rng, "##### {town}|##### {town}|##### {town}|#####, {town}|#####{town}|{town}"))
    parts += [drawn(rng, "{state}")] * chance(rng, 0.8)
    parts += ["MALAYSIA"] * chance(rng, 0.1)
    return wrapped(rng, parts)


def english_address(rng: random.Random) -> tuple[str, ...]:
    parts = [drawn(rng, "#### {word} {street}|## {person} {street}|### {word} {street}|##^ {person} {street}")]
    parts += [drawn(rng, "SUITE ##|UNIT #|FLOOR #|#02-##")] * chance(rng, 0.3)
    parts.append(drawn(rng, "{city} #####|{city} N# #AB|{city} ######|{city}"))
    return wrapped(rng, parts)


def wrapped(rng: random.Random, parts: list[str]) -> tuple[str, ...]:
    """Join parts into lines: two on one line here and there, commas at the ends or not."""
    comma = "," if chance(rng, 0.75) else ""
    width = rng.choice((24, 34, 34, 44))
    lines = [parts[0]]
    for part in parts[1:]:
        is_short = len(lines[-1]) < 12
        if len(lines[-1]) + len(part) < width and chance(rng, 0.9 if is_short else 0.4):
            lines[-1] += rng.choice((f"{comma} ", f"{comma} ", f"{comma} ", comma or " ")) + part
        else:
            lines[-1] += comma
            lines.append(part)
    return (*lines[:-1], lines[-1] + rng.choice(("", "", "", ".", ",")))


def chinese_seller(rng: random.Random) -> Seller:
    core = drawn(rng, "{zh_name}|{zh_name}|{zh_name}|{zh_name}{zh_name}")
    legal = drawn(rng, "{zh_legal}") if chance(rng, 0.4) else ""
    place = drawn(rng, "{zh_city}")[:2] if legal and chance(rng, 0.6) else ""
    name = place + core + drawn(rng, "{zh_trade}") + legal
    branch = drawn(rng, "{zh_branch}")
    if not legal and chance(rng, 0.35):
        name += rng.choice((f"({branch})", f"（{branch}）", f"·{branch}", branch))
    return Seller((name,), core, drawn(rng, "91##############^"), chinese_address(rng), branch)


def chinese_address(rng: random.Random) -> tuple[str, ...]:
    text = (drawn(rng, "||{zh_province}") + drawn(rng, "{zh_city}")) if chance(rng, 0.85) else ""
    text += drawn(rng, "{zh_street}路|{zh_street}路|{zh_street}街|{zh_street}东路|{zh_street}大道|{zh_street}西街")
    text += drawn(rng, "##号|1##号|#号|##号院|##-#号")
    text += drawn(rng, "|||{zh_name}大厦|{zh_street}广场|{zh_name}购物中心") + drawn(
        rng, "|||#层|B1-##|1##室|#号楼底商|首层##号"
    )
    if len(text) > 14 and chance(rng, 0.35):
        at = rng.randrange(8, len(text) - 3)
        return (text[:at], text[at:])
    return (text,)
