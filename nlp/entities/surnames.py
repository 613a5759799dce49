"""Chinese surnames, and what ends a name in a sentence.

In: nothing. Out: closed sets of characters and words. Given names it does not know: any character may stand in one,
except those that only ever belong to the sentence around it.
"""

from __future__ import annotations

# The surnames that more than nine in ten people bear come first (Ministry of Public Security's reports name the first
# hundred each year); the rest are those of the Hundred Family Surnames still in use. Written from general knowledge.
COMMON_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
)
RARE_SURNAMES = frozenset(
    "康赖樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦柳邢岳齐梅庄辛管祝左涂耿蔺卜冉单翁甄裴霍苗谷甘骆包司宁柯阮桂"
    "闵欧解强丛项凌纪舒屈詹路祁凤卓娄盛童边裘戚邬臧喻支昝滕窦仇栾符费储靳巫乌郁匡仲丘鞠蒙佟桑蓝佘简池竺晏隋车阳冷关华"
    "成明文古房游米艾练滑麦楚苟闻麻闪封景褚蔚戈木占晋邝鄢迟敖甯楼官原展时全"
)
SURNAMES = COMMON_SURNAMES | RARE_SURNAMES
COMPOUND_SURNAMES = (
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空", "夏侯", "端木",
    "轩辕", "长孙", "宇文", "独孤", "南宫", "东郭", "百里", "呼延", "澹台", "公冶", "申屠", "钟离", "闻人",
    "赫连", "拓跋",
)  # fmt: skip
NEVER_IN_GIVEN_NAMES = frozenset(
    "的了是在有不我你您他她它这那哪就都也和与及或要吗呢吧啊呀哦嗯吖嘛么啥谁怎把被让给对从到向往为因所但而且则虽很太最更还又再"
    "才只没能会可说问请谢打寄送收退换买卖修装个位点号月日年时分元块件台次订单电话机址姓叫联系货款费坏用想去来做"
)
_ENDS_TEXT = (
    "先生 女士 小姐 太太 电话 手机 号码 联系 地址 住址 住在 住 收 身份证 订单 微信 邮箱 "
    "您好 你好 本人 同志 老师 师傅 经理"
)
ENDS_OF_NAME = tuple(_ENDS_TEXT.split())
