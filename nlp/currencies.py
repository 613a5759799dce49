"""The currencies of the world as people write them in Chinese and English.

In: a word, sign or ISO 4217 code. Out: the Currency. Units are named as Recognizers-Text names them; a word that many
countries share ("dollar", "pound") names no country. It knows no rates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Currency:
    """A unit of money; `parts` says how many make one of the larger unit (100 cents), 1 for the larger itself."""

    unit: str
    iso: str = ""
    parts: int = 1

    @property
    def written(self) -> str:
        return self.iso or self.unit


# unit | ISO 4217 | words and signs, a regular expression each ("s?" and the like); the code itself is added
_MAIN = """
Chinese yuan|CNY|人民币|元人民币|人民币元|元|圆|块钱|块|rmb|(?:chinese )?yuan|kuai|renminbi|cn¥|¥|￥
United States dollar|USD|美元|美金|美刀|(?:us|u\\.s\\.?|american|united states) ?dollars?|u\\.?s\\.? ?\\$|usd ?\\$
Hong Kong dollar|HKD|港元|港币|港纸|蚊|hong kong dollars?|hk ?\\$|hkd ?\\$
New Taiwan dollar|TWD|新台币|台币|(?:new )?taiwan(?:ese)? dollars?|nt ?\\$|twd ?\\$
Macanese pataca|MOP|澳门元|澳门币|(?:macanese )?patacas?|mop ?\\$
Singapore dollar|SGD|新加坡元|新币|坡币|singapore(?:an)? dollars?|s\\$|sgd ?\\$
Australian dollar|AUD|澳大利亚元|澳元|澳币|australian dollars?|a\\$|au\\$|aud ?\\$
Canadian dollar|CAD|加拿大元|加元|加币|canadian dollars?|c ?\\$|ca\\$|cad ?\\$
New Zealand dollar|NZD|新西兰元|纽元|纽币|new zealand dollars?|nz ?\\$|nzd ?\\$
Euro|EUR|欧元|euros?|€(?:ur)?
British pound|GBP|英镑|british pounds?|pounds? sterling|gbp ?£|quid
Japanese yen|JPY|日元|日圆|日币|(?:japanese )?yen|jp¥
South Korean won|KRW|韩元|韩圆|韩币|(?:south korean |korean )?won|₩
North Korean won|KPW|朝鲜元|朝鲜圆|north korean won
Swiss franc|CHF|瑞士法郎|swiss francs?
French franc|FRF|法国法郎|french francs?
Belgian franc|BEF|比利时法郎|belgian francs?
Russian ruble|RUB|俄罗斯卢布|卢布|(?:russian )?r(?:o?u)bles?|₽
Indian rupee|INR|印度卢比|indian rupees?|₹
Pakistani rupee|PKR|巴基斯坦卢比|pakistani rupees?
Nepalese rupee|NPR|尼泊尔卢比|nepalese rupees?
Sri Lankan rupee|LKR|斯里兰卡卢比|sri lankan rupees?
Indonesian rupiah|IDR|印尼盾|印尼卢比|印度尼西亚卢比|(?:indonesian )?rupiahs?|rp
Malaysian ringgit|MYR|马来西亚林吉特|林吉特|马币|令吉|(?:malaysian? )?ringgits?|rm
Thai baht|THB|泰铢|(?:thai )?bahts?|฿
Vietnamese dong|VND|越南盾|越盾|(?:vietnamese )?dongs?|₫
Philippine peso|PHP|菲律宾比索|菲律宾披索|philippine pesos?|₱
Mexican peso|MXN|墨西哥比索|mexican pesos?|mex ?\\$|mxn ?\\$
Argentine peso|ARS|阿根廷比索|argentin(?:e|ian) pesos?
Chilean peso|CLP|智利比索|chilean pesos?
Colombian peso|COP|哥伦比亚比索|colombian pesos?
Cuban peso|CUP|古巴比索|cuban pesos?
Uruguayan peso|UYU|乌拉圭比索|uruguayan pesos?
Dominican peso|DOP|多米尼加比索|dominican pesos?
Brazilian real|BRL|巴西雷亚尔|雷亚尔|brazilian (?:reals?|reais)|r\\$
Peruvian sol|PEN|秘鲁索尔|秘鲁新索尔|peruvian sol(?:es)?
Costa Rican colón|CRC|哥斯达黎加科朗|costa rican col[oó]n(?:e?s)?|₡
Salvadoran colón|SVC|萨尔瓦多科朗|salvadoran col[oó]n(?:e?s)?
Paraguayan guaraní|PYG|巴拉圭瓜拉尼|瓜拉尼|(?:paraguayan )?guaran[ií]s?|₲
Guatemalan quetzal|GTQ|格查尔|(?:guatemalan )?quetzal(?:e?s)?
Honduran lempira|HNL|伦皮拉|(?:honduran )?lempiras?
Nicaraguan córdoba|NIO|科多巴|(?:nicaraguan )c[oó]rdobas?
Venezuelan bolívar|VES|委内瑞拉玻利瓦尔|(?:venezuelan )?bol[ií]var(?:e?s)?
Bolivian boliviano|BOB|玻利维亚诺|(?:bolivian )?bolivianos?
Turkish lira|TRY|土耳其里拉|里拉|turkish liras?|turkish lire|₺
Israeli new shekel|ILS|以色列谢克尔|以色列新谢克尔|谢克尔|(?:israeli )?(?:new )?s[hc]eke?ls?|₪
Egyptian pound|EGP|埃及镑|egyptian ?pounds?|l\\.?e\\.?|genei?h(?:at)?(?: masriya)?|e£
Lebanese pound|LBP|黎巴嫩镑|lebanese ?pounds?
Sudanese pound|SDG|苏丹镑|sudanese ?pounds?
Syrian pound|SYP|叙利亚镑|syrian ?pounds?
Irish pound|IEP|爱尔兰镑|irish ?pounds?
Saudi riyal|SAR|沙特里亚尔|沙特里亚|saudi ?(?:arabian )?riy?als?
Qatari riyal|QAR|卡塔尔里亚尔|qatari ?riy?als?
Iranian rial|IRR|伊朗里亚尔|iranian ?rials?|﷼
Omani rial|OMR|阿曼里亚尔|omani ?riy?als?
Yemeni rial|YER|也门里亚尔|yemeni ?rials?
United Arab Emirates dirham|AED|阿联酋迪拉姆|(?:uae|emirati|united arab emirates) dirhams?
Moroccan dirham|MAD|摩洛哥迪拉姆|moroccan dirhams?
Kuwaiti dinar|KWD|科威特第纳尔|kuwaiti ?dinars?
Bahraini dinar|BHD|巴林第纳尔|bahraini ?dinars?
Iraqi dinar|IQD|伊拉克第纳尔|iraqi ?dinars?
Jordanian dinar|JOD|约旦第纳尔|jordanian ?dinars?
Algerian dinar|DZD|阿尔及利亚第纳尔|algerian ?dinars?
Tunisian dinar|TND|突尼斯第纳尔|tunisian ?dinars?
Libyan dinar|LYD|利比亚第纳尔|libyan ?dinars?
Serbian dinar|RSD|塞尔维亚第纳尔|serbian ?dinars?
Swedish krona|SEK|瑞典克朗|swedish kron(?:a|or)
Norwegian krone|NOK|挪威克朗|norwegian kroner?
Danish krone|DKK|丹麦克朗|danish kroner?
Icelandic króna|ISK|冰岛克朗|icelandic kr[oó]nu?r?a?
Czech koruna|CZK|捷克克朗|czech korun(?:a|as|y)
Polish złoty|PLN|波兰兹罗提|兹罗提|(?:polish )?z[lł]ot(?:y|ys|ych)|zł
Hungarian forint|HUF|匈牙利福林|福林|(?:hungarian )?forints?
Romanian leu|RON|罗马尼亚列伊|romanian le[ui]
Moldovan leu|MDL|摩尔多瓦列伊|moldovan le[ui]
Bulgarian lev|BGN|保加利亚列弗|列弗|bulgarian lev(?:s|a)?
Croatian kuna|HRK|克罗地亚库纳|croatian kunas?
Ukrainian hryvnia|UAH|乌克兰格里夫纳|格里夫纳|(?:ukrainian )?hr[yi]v(?:ni)?as?|₴
Belarusian ruble|BYN|白俄罗斯卢布|belarusian rubles?
Georgian lari|GEL|格鲁吉亚拉里|georgian laris?|₾
Armenian dram|AMD|亚美尼亚德拉姆|armenian drams?|֏
Azerbaijani manat|AZN|阿塞拜疆马纳特|azerbaijani manats?|₼
Turkmenistan manat|TMT|土库曼斯坦马纳特|turkmenistani? manats?
Kazakhstani tenge|KZT|哈萨克斯坦坚戈|坚戈|(?:kazakhstani |kazakh )?tenges?|₸
Mongolian tögrög|MNT|蒙古图格里克|图格里克|(?:mongolian )?(?:tugriks?|t[oö]gr[oö]gs?)|₮
Bangladeshi taka|BDT|孟加拉塔卡|塔卡|bangladeshi takas?|৳
Burmese kyat|MMK|缅甸元|缅元|缅币|(?:burmese |myanmar )?kyats?
Cambodian riel|KHR|柬埔寨瑞尔|瑞尔|(?:cambodian )?riels?|៛
Lao kip|LAK|老挝基普|基普|lao(?:tian)? kips?|₭
South African rand|ZAR|南非兰特|兰特|(?:south african )?rands?
Nigerian naira|NGN|尼日利亚奈拉|奈拉|(?:nigerian )?nairas?|₦
Ghanaian cedi|GHS|加纳塞地|塞地|(?:ghanaian |ghana )?cedis?|₵
Kenyan shilling|KES|肯尼亚先令|kenyan shillings?
Tanzanian shilling|TZS|坦桑尼亚先令|tanzanian shillings?
Ugandan shilling|UGX|乌干达先令|ugandan shillings?
Ethiopian birr|ETB|埃塞俄比亚比尔|ethiopian birrs?
Angolan kwanza|AOA|宽扎|(?:angolan )?kwanzas?
Zambian kwacha|ZMW|赞比亚克瓦查|zambian kwachas?
Mozambican metical|MZN|梅蒂卡尔|(?:mozambican )?metical(?:e?s)?
West African CFA franc|XOF|西非法郎|west african cfa francs?
Central African CFA franc|XAF|中非法郎|central african cfa francs?
Afghan afghani|AFN|阿富汗尼|(?:afghan )?afghanis?|؋
Albanian lek|ALL|阿尔巴尼亚列克|albanian leks?
Finnish markka|FIM|芬兰马克|finnish mark(?:ka|kas|kaa|s)?
German mark|DEM|德国马克|(?:german|deutsche?) marks?
Peseta|ESP|比塞塔|pesetas?
Italian lira|ITL|意大利里拉|italian lir(?:a|as|e)
Bitcoin|BTC|比特币|bitcoins?|₿
Dollar||\\$|dollars?|bucks?
Pound||£|pounds?|镑
Rupee||rupees?|rs\\.?|卢比
Franc||francs?|法郎
Peso||pesos?|比索
Krone||kroner?|克朗
Dinar||dinars?|第纳尔
Dirham||dirhams?|迪拉姆
Riyal||riyals?|里亚尔
Rial||rials?
Shilling||shillings?|先令
"""
# unit | how many make the larger unit | words
_PARTS = """
Cent|100|cents?|¢|美分|仙
Penny|100|penny|pennies
Pence|100|pence|便士
Jiao|10|角|毛|毫|jiao|mao
Fen|100|fen|分钱
Sen|100|sens?
Kopek|100|kope[ck]s?|kopiykas?|戈比
Paisa|100|paisas?|paise
Centavo|100|centavos?
Öre|100|öre
"""


def _table() -> tuple[tuple[Currency, str], ...]:
    rows: list[tuple[Currency, str]] = []
    for line in _MAIN.strip().splitlines():
        unit, iso, words = line.split("|", 2)
        rows.append((Currency(unit, iso), f"{iso.lower()}|{words}" if iso else words))
    for line in _PARTS.strip().splitlines():
        unit, parts, words = line.split("|", 2)
        rows.append((Currency(unit, parts=int(parts)), words))
    return tuple(rows)


_ROWS = _table()
CODES: Mapping[str, Currency] = MappingProxyType({currency.iso: currency for currency, _ in _ROWS if currency.iso})
_EACH = tuple(word for _, words in _ROWS for word in re.split(r"\|(?![^(]*\))", words))
WORDS = "|".join(sorted(_EACH, key=len, reverse=True))
"""Every word and sign, longest first; match without regard to case."""
ZH_NAMES = "|".join(
    word
    for word in _EACH
    if re.fullmatch(r"[一-龥]{2,9}", word) and word not in ("块钱", "分钱", "元人民币", "人民币元")
)
"""Chinese words that name a currency and nothing else."""
_READERS = tuple((currency, re.compile(words, re.IGNORECASE)) for currency, words in _ROWS)
ORDINARY_WORDS = frozenset(
    (
        "all",
        "amd",
        "bob",
        "cop",
        "cup",
        "dop",
        "gel",
        "lak",
        "lek",
        "mad",
        "mop",
        "omr",
        "pen",
        "php",
        "ron",
        "rm",
        "rp",
        "sar",
        "sol",
        "sos",
        "std",
        "top",
        "try",
        "ves",
        "le",
        "rs",
    )
)
"""Codes that small letters make words of, or that stand for something else: "Silica gel", "PHP 8"."""


@lru_cache(maxsize=1024)
def currency_of(written: str) -> Currency | None:
    """Name the currency of a word, sign or code; the first in the table where several share it.

    >>> currency_of("美金").iso, currency_of("US$").unit, currency_of("kwd").unit, currency_of("shells")
    ('USD', 'United States dollar', 'Kuwaiti dinar', None)
    """
    return next((currency for currency, reader in _READERS if reader.fullmatch(written.strip())), None)
