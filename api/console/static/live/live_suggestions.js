// Articles that may answer what is being said, the likeliest first; or an honest "nothing fits". What hardly answers is
// folded away, as on the page Ask.
"use strict";

const LIKELY = 0.2;  // as on the page Ask: one in five of those still answers
const QUOTE_CHARS = 280;  // some two sentences; the title leads to the rest
const MARKS = /[*_`#|]+|^\s*[-+>]\s+/gm;  // of Markdown

class LiveSuggestions {
  constructor(root, texts) {
    this.card = one("[data-suggestions]", root);
    this.list = one("[data-articles]", root);
    this.texts = texts;
    this.mayRead = this.card.dataset.mayRead === "1";
  }

  clear() {
    this.card.hidden = true;
    this.list.replaceChildren();
    this.shown = "";
  }

  show({ abstained, suggestions }) {
    const likely = abstained ? [] : suggestions.filter((item, rank) => rank === 0 || item.confidence >= LIKELY);
    const others = suggestions.slice(likely.length);
    const shown = likely.map((item) => item.article_id).join(" ");
    this.card.classList.toggle("is-changed", Boolean(shown) && shown !== this.shown);
    this.card.hidden = false;
    this.shown = shown;
    const { say } = this.texts;
    const parts = likely.length ? likely.map((item) => this.article(item)) : [element("p", { class: "muted", text: say.nothing })];
    if (others.length) parts.push(this.folded(fill(likely.length ? say.others : say.look_anyway, { count: others.length }), others));
    this.list.replaceChildren(...parts);
  }

  folded(title, items) {
    return element("details", {}, element("summary", { text: title }), ...items.map((item) => this.article(item)));
  }

  article(item) {
    const title = item.title || item.article_id;
    const quote = this.quoted(item);
    return element("article", { class: "suggestion" },
      element("header", {},
        element("h3", { lang: languageOf(title) }, this.mayRead ? element("a", { href: this.address(item), target: "_blank", text: title }) : title),
        element("span", { class: "percent", title: this.texts.say.confidence, text: `${wholePercent(item.confidence)}%` })),
      element("p", { class: "small", text: quote, lang: languageOf(quote) }));
  }

  address(item) {
    const [cited] = item.citations ?? [];
    const path = item.article_id.split("/").map(encodeURIComponent).join("/");
    return `/console/articles/${path}${cited ? `?start=${cited.start}&end=${cited.end}#cited` : ""}`;
  }

  // The sentences that answer; where none is cited, the passage's first paragraph.
  quoted(item) {
    const cited = (item.citations ?? []).map((one) => one.quote).join(" ") || item.passage.split(/\n\s*\n/)[0];
    const plain = cited.replace(MARKS, "").replace(/\s+/g, " ").trim();
    return plain.length > QUOTE_CHARS ? `${plain.slice(0, QUOTE_CHARS)}…` : plain;
  }
}
