"""The words that composed receipts are made of, and how a phrase is drawn from them, in Chinese and English.

A phrase lists its alternatives between bars; "{town}" draws from a list below, "#" is a digit, "^" a capital. All
was made up for the purpose or is common vocabulary (kinds of streets, towns, trades, labels of tills); nothing was
taken from a data set. In: a generator of random numbers and a phrase. Out: a text as a till prints it.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Mapping

_HOLE = re.compile(r"\{(\w+)\}|#|\^")
MAX_DEPTH = 4
"""Lists draw from lists, no deeper than this."""

WORDS: Mapping[str, str] = {
    "word": """GOLDEN|SILVER|LUCKY|HAPPY|SUNNY|GREEN|BLUE|RED|ROYAL|GRAND|STAR|MOON|SUNRISE|OCEAN|RIVER|
        MOUNTAIN|EAGLE|
        TIGER|DRAGON|LOTUS|MAPLE|CEDAR|JADE|PEARL|CORAL|UNITED|FIRST|PRIME|SMART|FRESH|DAILY|CITY|UNION|PIONEER|
        MODERN|
        CLASSIC|EVER|MEGA|MAXI|FAMILY|NORTHERN|ORIENT|EASTERN|HARBOUR|ISLAND|GARDEN|VALLEY|CROWN|ALPHA|DELTA|
        OMEGA|NOVA|
        TERRA|VISTA|METRO|NEO|ECO|BEST|QUICK|THE OLD|THE|MR|UNCLE|MAMA""",
    "syllable": """AH|ANG|BOON|CHAI|CHONG|CHUAN|ENG|FATT|GUAN|HAI|HENG|HOCK|HONG|HUAT|JIA|KAI|KEAT|KIM|KONG|LAI|
        LEE|LIAN|
        LIM|MENG|MING|NAM|ONN|PENG|POH|SENG|SIANG|SIN|SOON|TAI|TECK|THIAM|WAH|WENG|YEE|YONG|ZHONG|AZIZ|BAKTI|BUDI|
        CAHAYA|DAMAI|EMAS|INDAH|JATI|MAJU|MUTIARA|NUR|RAHMAN|SETIA|SURIA|TERANG|WAWASAN""",
    "person": "SMITH|BAKER|HARRIS|MILLER|PARKER|WALKER|COOPER|MURPHY|TAN|LIM|WONG|CHAN|KUMAR|SINGH|RAJ|"
    "AHMAD|ISMAIL|LOPEZ",
    "trade": """TRADING|ENTERPRISE|HARDWARE|SUPERMARKET|MINI MARKET|PHARMACY|BAKERY|RESTAURANT|RESTORAN|CAFE|KITCHEN|
        SEAFOOD RESTAURANT|NOODLE HOUSE|COFFEE HOUSE|STATIONERY|BOOK STORE|ELECTRICAL|AUTO PARTS|MOTOR|FASHION|
        OPTICAL|
        CLINIC|PET SHOP|FLORIST|GALLERY|FOOD INDUSTRIES|MARKETING|RETAIL|HEALTHCARE|FURNITURE|TOYS|GROCER|STEAMBOAT|
        BISTRO|PIZZA|TAILOR|PRINTING|COMPUTER|LAUNDRY|HARDWARE & ELECTRICAL|TRADING & SERVICES|BAKERIES|GIFTS|PETRO|
        JAPANESE RESTAURANT|FOOD SERVICES|INTERNATIONAL|DISTRIBUTION|HOLDINGS|CONFECTIONERY|QUICK MART|FRESH MART""",
    "legal": """SDN BHD|SDN BHD|SDN BHD|SDN. BHD.|SDN. BHD|(M) SDN BHD|BHD|LTD|LTD.|PTE LTD|INC.|LLC|CO. LTD|PLT|S/B|
        LIMITED|CO. (M) SDN BHD""",
    "prefix": "RESTORAN|RESTAURANT|KEDAI|SYARIKAT|PERNIAGAAN|PASARAYA|HOTEL|KLINIK|FARMASI",
    "malay": """BUNGA|MERANTI|CEMPAKA|KENANGA|TEMENGGUNG|RAJA|SULTAN|DATO|ISMAIL|BUKIT|SUNGAI|TASIK|PERDANA|
        UTAMA|DAMAI|
        INDAH|HARMONI|PERMAI|MELATI|SERI|SETIA|BESAR|LAMA|TUN|RAZAK|PUDU|MUTIARA|SURIA|KEMBOJA|PINGGIRAN|BERLIAN""",
    "way": "JALAN|JALAN|JALAN|JLN|LORONG|PERSIARAN|LEBUH",
    "area": """TAMAN {malay}|TMN {malay} {malay}|TAMAN {malay} {malay}|BANDAR {malay}|BANDAR BARU {malay}|
        KAMPUNG {malay}|
        KAWASAN PERINDUSTRIAN {malay}|SEKSYEN #|SECTION ##|DATARAN {malay}|PUSAT BANDAR {malay}|DESA {malay}|
        MEDAN {malay} {malay}|SS##|PJU #|BATU #|{malay} {malay}|PUSAT DAGANGAN {malay}|PUSAT PERNIAGAAN {malay}""",
    "town": """KUALA LUMPUR|KUALA LUMPUR|PETALING JAYA|SHAH ALAM|SUBANG JAYA|KLANG|PUCHONG|KAJANG|CHERAS|AMPANG|KL|
        SERI KEMBANGAN|JOHOR BAHRU|SKUDAI|MASAI|IPOH|GEORGE TOWN|BUTTERWORTH|SEREMBAN|MELAKA|KUANTAN|ALOR SETAR|
        KOTA BHARU|KUCHING|MIRI|KOTA KINABALU|BATU CAVES|RAWANG|SEPANG|PJ""",
    "state": """SELANGOR|SELANGOR|SELANGOR DARUL EHSAN|SELANGOR D.E.|JOHOR|PENANG|PULAU PINANG|PERAK|PAHANG|
        MELAKA|SARAWAK|
        SABAH|KEDAH|NEGERI SEMBILAN|W. PERSEKUTUAN|MALAYSIA""",
    "street": "STREET|ST|ROAD|RD|AVENUE|AVE|LANE|DRIVE|BLVD|HIGHWAY|SQUARE|COURT",
    "city": "SPRINGFIELD, IL|AUSTIN, TX|PORTLAND, OR|LONDON|LEEDS|BRISTOL|SINGAPORE|SYDNEY NSW|DUBLIN|"
    "TORONTO ON|HONG KONG",
    "mall": "{malay} {centre}|{word} {centre}|{syllable} {centre}",
    "centre": "PLAZA|MALL|SQUARE|CENTRE|MEGAMALL|SHOPPING COMPLEX|TOWER|CITY MALL|WALK|POINT|OUTLET|BRANCH",
    "good": """A4 PAPER 80GSM|MINERAL WATER 1.5L|ICED LEMON TEA|CHICKEN RICE|BREAD WHOLEMEAL|BALL PEN BLUE|
        LED BULB 9W|
        PVC PIPE 20MM|NASI LEMAK|BATTERY AA 4PCS|FRIED NOODLE|TISSUE BOX|USB CABLE 1M|GREEN TEA|EGG TART|TAPE 24MM|
        SHAMPOO 400ML|MILK 1L|DURIAN CAKE|SCREW 1/2IN|PAINT BRUSH NO 3|PARACETAMOL 500MG|T-SHIRT BLACK M|
        ROTI CANAI""",
    "zh_name": """好邻居|家和|福满|日日|鲜禾|润家|万邻|星河|百顺|友邻|新世纪|喜来|老城|金鼎|蜀香|江南|小江湖|
        阳光|惠民|便民|
        聚福|同心|长青|宏达|盛世|东方|北国|渔家|云间|一品|味道|多乐|悦来|康泰|仁和|百姓|老张家|阿婆|山水间|
        木棉|梧桐""",
    "zh_trade": """超市|便利店|生鲜超市|百货商场|购物中心|饭店|餐厅|火锅店|面馆|咖啡|奶茶|大药房|药店|书店|
        五金店|服饰专卖店|
        电器商城|烘焙|水果店|酒楼|小吃店|母婴用品店|烤肉|酸菜鱼|文具|眼镜|通讯|家居|茶庄|花店""",
    "zh_legal": "有限公司|有限责任公司|连锁有限公司|商贸有限公司|餐饮管理有限公司",
    "zh_city": """北京市海淀区|北京市朝阳区|上海市浦东新区|上海市徐汇区|广州市天河区|深圳市南山区|
        杭州市西湖区|成都市武侯区|
        武汉市洪山区|南京市鼓楼区|西安市雁塔区|重庆市渝中区|苏州市吴中区|天津市和平区|长沙市岳麓区|
        青岛市市南区|厦门市思明区""",
    "zh_province": "广东省|浙江省|江苏省|四川省|湖北省|湖南省|山东省|福建省",
    "zh_street": "中山|人民|解放|建设|和平|文化|科技|学府|长江|黄河|滨江|湖滨|朝阳|光明|新华|胜利|东风|迎宾|振兴|花园",
    "zh_branch": "{zh_street}路店|{zh_street}店|{zh_street}分店|{zh_street}广场店|{zh_street}门店",
    "zh_good": """矿泉水550ml|全麦面包|酸奶原味|苹果(散)|牛肉面|宫保鸡丁|米饭|可乐330ml|抽纸3包|洗衣液2kg|
        鸡蛋10枚|拿铁(大)|
        珍珠奶茶|感冒灵颗粒|签字笔|数据线1米|五花肉|青菜|纯牛奶250ml|电池5号4粒|毛巾|酸辣土豆丝""",
    "zh_person": "王芳|李娜|张伟|刘洋|陈静|001|023|108",
}
ALTERNATIVES: Mapping[str, tuple[str, ...]] = {
    name: tuple(one.strip() for one in listed.split("|")) for name, listed in WORDS.items()
}


def drawn(rng: random.Random, phrase: str) -> str:
    """Draw one alternative of a phrase and fill its holes.

    >>> drawn(random.Random(1), "TABLE : ##|TABLE ##").startswith("TABLE")
    True
    """
    text = rng.choice(phrase.split("|")).strip("\n")
    for _ in range(MAX_DEPTH):
        if "{" not in text:
            break
        text = re.sub(r"\{(\w+)\}", lambda hole: rng.choice(ALTERNATIVES[hole[1]]), text)
    return _HOLE.sub(lambda hole: rng.choice(string.digits if hole.group() == "#" else string.ascii_uppercase), text)


def chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share
