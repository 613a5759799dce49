"""A page becomes Markdown, without its menus, in linear time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nlp.loaders.html_kb import load
from nlp.records import Article

PAGE = """<!doctype html><html lang="zh-CN"><head><title>E4 &amp; E5</title><link rel=canonical href="https://kb/e4">
<style>p { color: red }</style></head><body><nav><ul><li>首页</nav><h1>故障</h1><p>断电
 <b>五分钟</b>。<ul><li>one<li>two</ul><table><tr><td>E4</td><td>坏</td></tr></table><pre>a &lt; b
  c</pre><!-- hidden <p>no</p> --><script>if (a<b) "</p>"</script></body></html>"""

MARKDOWN = """# 故障

断电 五分钟。

- one
- two

| E4 | 坏 |

```
a < b
  c
```"""


def load_page(folder: Path, text: str) -> list[object]:
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return list(load(path))


def test_page_becomes_markdown(tmp_path: Path) -> None:
    assert load_page(tmp_path, PAGE) == [Article("", "E4 & E5", MARKDOWN, "zh-CN", url="https://kb/e4")]


@pytest.mark.parametrize(
    "piece",
    ["<a ", "<!", "<![", "<!--", "</", "<a b='", '<a b="c" ', "&", "<svg>", "<html a=", "<a:", "<pre>", "<div>"],
)
def test_malformed_page_takes_linear_time(tmp_path: Path, piece: str) -> None:
    def seconds(length: int) -> float:
        begun = time.perf_counter()
        load_page(tmp_path, "<p>text" + piece * (length // len(piece)))
        return time.perf_counter() - begun

    short = min(seconds(50_000) for _ in range(3))
    long = min(seconds(800_000) for _ in range(3))
    assert long < 16 * 6 * (short + 0.001)  # 16 times the text; quadratic would take 256 times as long
