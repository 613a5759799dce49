"""Manual sections in, web pages around them out: what a help centre, a docs site, a forum or an old site puts around
an article, so that it is known which text is the article's and which is not.

The articles are read from a knowledge base set; nothing of them is kept. A page is a template's; the boilerplate lines
are ours, zh and en.
"""

from __future__ import annotations

import gzip
import html
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from markdown_it import MarkdownIt

MIN_CHARACTERS = 200
"""Of an article: shorter ones say little about extraction."""

BOILERPLATE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "zh": (
            "首页",
            "产品中心",
            "下载与驱动",
            "联系我们的客服团队",
            "登录后查看更多内容",
            "您的购物车是空的",
            "全部帮助分类",
            "安装与使用入门",
            "账户与订单管理",
            "这篇文章对您有帮助吗？",
            "您可能还想了解：",
            "如何更换滤网的常见做法",
            "路由器无法联网怎么办",
            "上一篇：返厂维修流程说明",
            "下一篇：发票开具说明",
            "我们使用 Cookie 来改善您的浏览体验，继续访问即表示同意。",
            "京ICP备12345678号-1",
            "版权所有 © 2026 某某科技有限公司 保留所有权利",
            "关注微信公众号获取最新消息",
            "分享到微博",
            "订阅我们的电子报，每周一封",
        ),
        "en": (
            "Home page",
            "Product catalogue",
            "Downloads and drivers",
            "Contact our support team",
            "Sign in to see more",
            "Your cart is empty",
            "All help categories",
            "Getting started with your device",
            "Accounts and orders",
            "Was this article helpful?",
            "You may also be interested in",
            "How to change the dust filter",
            "My router has no internet",
            "Previous: returning a product",
            "Next: asking for an invoice",
            "We use cookies to improve your visit; by going on you agree.",
            "Terms of service and privacy notice",
            "Copyright 2026 Some Company Ltd. All rights reserved.",
            "Follow us for the latest news",
            "Share this on social media",
            "Subscribe to our newsletter, once a week",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Page:
    template: str
    language: str
    markup: str
    title: str
    lines: tuple[str, ...]  # the article's own
    boilerplate: tuple[str, ...]


def read_articles(folder: Path, *, count: int, seed: int) -> tuple[str, ...]:
    """Return sections of a set as Markdown, long enough, in an order drawn by the seed."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [str(json.loads(line)["text"]) for line in lines]
    long = [text for text in texts if len(text) >= MIN_CHARACTERS and "<" not in text]
    random.Random(seed).shuffle(long)
    return tuple(long[:count])


def pages(texts: tuple[str, ...], language: str) -> Iterator[Page]:
    """Yield each text in every template."""
    render = MarkdownIt("commonmark").enable("table").render
    words = tuple(html.escape(line) for line in BOILERPLATE[language])
    for text in texts:
        inner = render(text)
        title = text.strip().split("\n", 1)[0][:60]
        for name, template in TEMPLATES.items():
            markup = template.format(
                lang="zh-CN" if language == "zh" else "en",
                title=html.escape(title),
                article=inner,
                menu="".join(f'<li><a href="/{n}.html">{line}</a></li>' for n, line in enumerate(words[:9])),
                cells="".join(f'<td><a href="/{n}.html">{line}</a></td>' for n, line in enumerate(words[:9])),
                helpful=words[9],
                related="".join(f'<li><a href="/r{n}.html">{line}</a></li>' for n, line in enumerate(words[10:13])),
                around="".join(f'<a href="/p{n}.html">{line}</a> ' for n, line in enumerate(words[13:15])),
                cookie=words[15],
                legal=f"{words[16]}<br>{words[17]}",
                social="".join(f'<li><a href="/s{n}">{line}</a></li>' for n, line in enumerate(words[18:21])),
            )
            yield Page(name, language, markup, title, _lines(text), BOILERPLATE[language])


def _lines(text: str) -> tuple[str, ...]:
    shown = (_LINK.sub(r"\1", line).strip() for line in text.splitlines())
    return tuple(line for line in shown if len(line) >= 8 and not set(line) <= set("|-: `"))


_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_HEAD = '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>'
TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "semantic": _HEAD + "<body><header><nav><ul>{menu}</ul></nav></header><main><h1>{title}</h1>{article}</main>"
        "<aside><ul>{related}</ul></aside><footer>{legal}<ul>{social}</ul></footer></body></html>",
        "help_centre": _HEAD
        + '<body><div class="cookie-banner" role="dialog">{cookie}</div><header><ul class="menu">{menu}</ul></header>'
        '<main role="main"><div class="breadcrumbs"><ol>{menu}</ol></div><article class="article"><h1>{title}</h1>'
        '<div class="article-body">{article}</div></article><div class="article-votes"><span>{helpful}</span></div>'
        '<div class="article-relatives"><ul>{related}</ul></div></main><footer>{legal}</footer></body></html>',
        "docs_site": _HEAD + '<body><div class="navbar"><ul>{menu}</ul></div><div class="container">'
        '<div class="sidebar"><ul>{menu}</ul></div>'
        '<div class="document" role="main"><h1>{title}</h1>{article}<div class="prev-next">{around}</div></div></div>'
        '<div class="footer">{legal}</div></body></html>',
        "plain_divs": _HEAD
        + '<body><div id="top"><ul>{menu}</ul></div><div id="left"><ul>{menu}</ul></div><div id="c1"><h1>{title}</h1>'
        '{article}</div><div id="x2"><ul>{related}</ul></div>'
        '<div id="bottom">{legal}<ul>{social}</ul></div></body></html>',
        "tables": _HEAD
        + '<body><table width="960"><tr>{cells}</tr></table><table><tr><td width="200"><ul>{menu}</ul></td>'
        "<td><b>{title}</b><br>{article}</td></tr></table>"
        "<table><tr><td align=center>{legal}</td></tr></table></body></html>",
        "bare": _HEAD + "<body><h1>{title}</h1>{article}</body></html>",
    }
)
