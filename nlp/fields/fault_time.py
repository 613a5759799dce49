"""When the fault began: of all times in a text the one said of the fault.

It knows the words customers use for faults; the day a device was bought, billed or visited is not its fault's.
"""

from __future__ import annotations

from nlp.extraction.field import Example, FieldTexts, Localised
from nlp.extraction.occasion import Occasion

FIELD = Occasion(
    name="fault_time",
    texts=FieldTexts(
        label=Localised("故障时间", "Time of the fault"),
        question=Localised("故障是什么时候开始的？", "When did the fault start?"),
    ),
    about=(
        *("坏", "故障", "开始", "出现", "发现", "发生", "报错", "报警", "显示", "漏", "滴水", "异响", "噪音"),
        *("停机", "停了", "停止", "跳闸", "死机", "黑屏", "断网", "掉线", "失灵", "失效", "冒烟", "起火"),
        *("不制", "不能", "不了", "不转", "不动", "不行", "不亮", "不通", "不工作", "不启动", "不加热", "不脱水"),
        *("不排水", "不出", "没反应", "没有反应", "没信号", "没有信号"),
        *("broke", "broken", "breaks", "broke down", "fault", "faulty", "failed", "fails", "failing", "failure"),
        *("stopped", "stops", "started", "starts", "began", "begun", "since", "not working", "does not", "doesn't"),
        *("won't", "will not", "cannot", "can't", "error", "errors", "alarm", "leak", "leaks", "leaked", "leaking"),
        *("noise", "noisy", "down", "died", "dead", "tripped", "trips", "happened", "occurred", "noticed"),
        *("dripping", "smoke", "no longer", "crashed", "problem", "problems", "issue", "issues"),
    ),
    not_about=(
        *("买", "购", "下单", "订购", "签收", "收到", "到货", "发货", "安装", "装的", "装好", "预约", "上门", "方便"),
        *("有空", "在家", "发票", "付款", "支付", "开票", "生产", "出厂", "保修", "质保", "报修", "修过", "寄", "退货"),
        *("bought", "buy", "purchased", "purchase", "ordered", "order", "received", "delivered", "delivery"),
        *("shipped", "installed", "installation", "appointment", "visit", "available", "invoice", "paid", "payment"),
        *("manufactured", "made", "warranty", "expires", "expired", "repaired", "serviced", "called", "emailed"),
        *("contacted", "at home"),
    ),
    examples=(
        Example("空调2024年5月18日下午3点半开始不制冷", "2024-05-18T15:30:00"),
        Example("2024年3月2日买的，2024年5月18日坏了", "2024-05-18"),
        Example("It broke on May 18, 2024 at 3:30 pm", "2024-05-18T15:30:00"),
        Example("The machine I bought on 2024-03-02 stopped on 2024-05-18", "2024-05-18"),
    ),
    counter_examples=("2024年5月18日买的", "I bought it on May 18, 2024", "订单号：20240518936"),
)
