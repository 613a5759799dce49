"""The words that receipts are recognised by: legal forms, trades, streets and places, ends of the head, in zh and en.

Patterns only, in one place, so that rules, features and the receipts composed for training mean the same by "a street".
What this does not know: where on the receipt a line stands.
"""

from __future__ import annotations

import re

LEGAL_FORM = re.compile(
    r"SDN\.? ?BHD|"
    r"\b(?:SDN\b\.?$|BHD|S/B|LTD|LIMITED|PTE|INC|LLC|LLP|PLC|GMBH|CORP|CORPORATION|PLT|CO\.|SB(?= ?\())(?!\w)"
    r"|有限公司|有限责任公司|股份公司|集团公司|分公司",
    re.I,
)
TRADE = re.compile(
    r"\b(?:ENTERPRISES?|TRADING|TRADERS?|RESTAURANTS?|RESTORAN|KEDAI|GERAI|WARUNG|MART|MINIMARKET|MINI MARKET|"
    r"SUPERMARKET|HYPERMARKET|SUPERSTORE|STORES?|SHOP|OUTLET|PHARMACY|FARMASI|DRUGSTORE|CHEMIST|HARDWARE|STATION|"
    r"CAFE|CAF[EÉ]|COFFEE|KOPITIAM|BISTRO|DINER|GRILL|PIZZA|PIZZERIA|BAKERY|BAKERIES|CONFECTIONERY|HOTEL|SYARIKAT|"
    r"PERNIAGAAN|PERUSAHAAN|PASARAYA|PASAR|BOOK|BOOKS|BOOKSTORE|MOTORS?|AUTO|SERVICES?|SUPPLY|SUPPLIES|SEAFOOD|HOUSE|"
    r"KITCHEN|CUISINE|FOODS?|CLINIC|KLINIK|DENTAL|OPTICAL|GALLERY|CENTRE|CENTER|ELECTRICAL|ELECTRONICS|MARKETING|"
    r"ADVERTISING|PRINTING|STATIONERY|STATIONER|FASHION|BOUTIQUE|JEWELLERY|FURNITURE|TOYS|GIFTS?|MACHINERY|TYRES?|SALON|"
    r"PETROL|PETROLEUM|RETAIL|HOLDINGS?|INDUSTRIES|INDUSTRY|RESOURCES|VENTURES?)\b"
    r"|超市|商店|商场|百货|饭店|酒楼|餐厅|餐馆|酒店|药房|药店|便利店|专卖店|旗舰店|五金|生鲜|火锅|咖啡|奶茶|面馆|小吃|"
    r"烘焙|书店|电器|门市部|经营部|商行|商贸|商厦|购物中心|(?<=[\u4e00-\u9fff])(?<![路分门场])店$",
    re.I,
)
STREET = re.compile(
    r"\b(?:NO|LOT|JALAN|JLN|TAMAN|TMN|LORONG|LRG|PERSIARAN|BATU|KAMPUNG|KG|BANDAR|SEKSYEN|SECTION|SEK|KAWASAN|"
    r"PERINDUSTRIAN|WISMA|MENARA|LEVEL|FLOOR|FLR|GROUND|UNIT|BLOCK|BLOK|PLAZA|MALL|ROAD|RD|STREET|ST|AVENUE|AVE|LANE|"
    r"DRIVE|BOULEVARD|BLVD|HIGHWAY|HWY|PARKWAY|SQUARE|COURT|CRESCENT|TERRACE|SUITE|BUILDING|BANGUNAN|TINGKAT|LEBUH|"
    r"LEBUHRAYA|PUSAT|DATARAN|DESA|MEDAN|OFF|KUALA|LUMPUR|SELANGOR|DARUL|EHSAN|TAKZIM|PERSEKUTUAN|PAHANG|KEDAH|SARAWAK|SABAH|"
    r"PERLIS|KELANTAN|TERENGGANU|NEGERI|SEMBILAN|TOWER|CENTRE|OFFICE|COMPLEX|KOMPLEKS|JOHOR|BAHRU|BARU|MALAYSIA|KLANG|"
    r"PETALING|JAYA|SHAH|ALAM|PENANG|PINANG|PULAU|PERAK|IPOH|MELAKA|SEREMBAN|KUCHING|SKUDAI|KAJANG|AMPANG|CHERAS|"
    r"PUCHONG|MUKIM|SUBANG|DAMANSARA|SRI|SERI|SINGAPORE|HONG KONG|KL|PJ|SS ?\d{1,2}|PJU|USJ)\b|(?<!\d)\d{5}(?!\d)|"
    r"路|街|大道|巷|弄|胡同|大厦|广场|购物中心|\d号|号楼|号院|底商|[\u4e00-\u9fff]区|(?<![超城都])市(?![部场])|省|县|镇|\d层|\d室",
    re.I,
)
HAN = re.compile(r"[\u4e00-\u9fff]")
HEAD_END = re.compile(
    r"^\W*(?:TEL|T[ei]l?e?phone|PHONE|FAX|MOBILE|H/?P|HOTLINE|CARELINE|GST|SST|VAT|TAX|INVOICE|INV|RECEIPT|BILL|"
    r"CASH(?:IER)?|DATE|E-?MAIL|WWW|HTTP|TABLE|ORDER|DOC|OWNED|SHOPPING|OPERATION|BUSINESS|TIME|REG|SIMPLIFIED|COPY)\b"
    r"|^\W*(?:电话|联系电话|客服|热线|税号|纳税人|日期|时间|单号|小票|流水|收银|机号|桌号|台号|品名|商品|欢迎|会员|交易|订单)"
    r"|\bTAX INVOICE\b|\bGST ?REG|\bGST (?:ID|REG|NO)|\b(?:REG|BR)\.? ?NO|\bNO ID|\bTE[LI] ?(?:NO|&)|@|"
    r"\bWWW\.|\bTEL ?[:.]|\bFAX ?[:.]",
    re.I,
)
REGISTRATION = re.compile(
    r"^\W*(?:\(?(?:CO(?:MPANY)?\.?[ -]?(?:REG|NO)|ROC|REG|BRN|SSM)\b.{0,30}|"
    r"[(\[]? ?(?:NO[.:] ?)?[A-Z]{0,3}\d{4,12} ?-? ?[A-Z]?[)\]]?)\W*$",
    re.I,
)
REGISTRATION_TAIL = re.compile(
    r" ?[(\[{] ?(?:(?:CO(?:MPANY)?\.?|REG\.?|NO[.:]?|"
    r"ROC) ?){0,3}[:.]? ?(?:[A-Z]{0,3}\d[\d ]{3,13} ?-? ?[A-Z]{0,2}) ?[)\]}]?.{0,24}$"
    r"| \d{5,8} ?- ?[A-Z]\b.{0,24}$| +(?:FKA|F\.K\.A|FORMERLY)\b.{0,60}$",
    re.I,
)
NOT_A_COMPANY = re.compile(
    r"\b(?:TAX INVOICE|INVOICE|RECEIPT|COPY|WELCOME|THANK|SHOPPING|CASH BILL|ORDER|OPERATED|QUEUE|NUMBER|"
    r"DUPLICATE|REPRINT|LICENSEE|TRANSACTION|"
    r"TQ FOR|FKA|FORMERLY|GOODS SOLD|RETURNABLE|REFUNDABLE)\b|CARELINE|HOTLINE|^\W*(?:\w{1,3}\W*)?$|^[\W\d_]+$"
    r"|^\W*(?:欢迎光临|谢谢|销售小票|购物小票|结账单|收银小票|收据|电子小票|消费单|预结单|签购单)\W*$",
    re.I,
)
NUMBERED = re.compile(r"\W{0,2}(?:NO|LOT|UNIT|LEVEL|PT|HQ|SUITE|BLOCK)\b|\W{0,2}[A-Z]{0,3}-?\d", re.I)
"""How the first line of an address begins: a house, lot or floor."""
OUTLET = re.compile(r"\d{3,5}[- ][A-Z]", re.I)
"""A chain's own number and name of a branch, which stands behind its address."""
TELEPHONE = re.compile(
    r"[\s,;(|]{0,6}\b(?:TEL|TELEPHONE|PHONE|FAX|H/P|HP)\b ?(?:NO)?\.? ?[:.]?.{0,80}$|[\s,;(]{0,6}电话.{0,60}$", re.I
)
"""A telephone number behind an address on the same line."""
POSTCODE = re.compile(
    r"\b[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2}\b|(?<!\d)\d{5,6}(?!\d)|\b[A-Z]{2} \d{5}(?:-\d{4})?\b", re.I
)
"""Of Britain, of most of Asia, of America."""
NOT_THE_SELLER = re.compile(r"FORMERLY|F\.?K\.?A\b|LICENSEE|BILL TO|SOLD TO|CUSTOMER|原名|曾用名", re.I)
"""The line below names another company."""
NAME_LABEL = re.compile(
    r"^\W*(?:商户名称|商户名|店铺名称|店铺|门店名称|门店|店名|收款方|商家|销售方|MERCHANT(?: NAME)?)\W*[:：]\s*", re.I
)
ADDRESS_LABEL = re.compile(
    r"^\W*(?:门店地址|商户地址|店铺地址|公司地址|店址|地址|ADDRESS|ADDR|ALAMAT)\W*[:：]\s*", re.I
)


def is_street(text: str) -> bool:
    """Say whether a line is surely part of an address: two street words, or one with a number.

    >>> is_street("No. 12, Jalan Ampang"), is_street("中山路27号"), is_street("JAYA MAPLE SDN BHD")
    (True, True, False)
    """
    if LEGAL_FORM.search(text):
        return False
    hits = len(STREET.findall(text))
    if not text.isascii() and HAN.search(text):
        return hits >= 1 and bool(re.search(r"\d|[省市区县镇]", text)) and not text.rstrip(")）").endswith("店")
    return hits >= 2 or (hits == 1 and any(character.isdigit() for character in text))
