"""When a parcel arrived: of all times in a text the one said of its arrival.

It knows the words customers use for receiving; when goods were ordered, paid or sent is another time.
"""

from __future__ import annotations

from nlp.extraction.field import Example, FieldTexts, Localised
from nlp.extraction.occasion import Occasion

FIELD = Occasion(
    name="received_at",
    texts=FieldTexts(
        label=Localised("收货时间", "Received on"),
        question=Localised("您是哪天收到货的？", "When did you receive it?"),
    ),
    about=(
        *("收到", "签收", "收货", "到货", "送到", "拿到", "取件", "取的", "到的"),
        *("received", "receive", "arrived", "delivered", "came", "got", "picked up"),
    ),
    not_about=(
        *("买", "购", "下单", "付款", "支付", "发货", "寄", "发票", "坏", "开始", "预约", "上门"),
        *(
            "bought",
            "ordered",
            "order",
            "purchased",
            "paid",
            "payment",
            "shipped",
            "sent",
            "invoice",
            "broke",
            "stopped",
        ),
    ),
    examples=(
        Example("2024年5月10日下单，2024年5月18日收到", "2024-05-18"),
        Example("The parcel arrived on 2024-05-18", "2024-05-18"),
    ),
    counter_examples=("2024年5月18日下单", "I ordered it on May 18, 2024", "订单号：20240518936"),
)
