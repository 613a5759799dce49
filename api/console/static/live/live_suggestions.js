// Articles that may answer what is being said, the likeliest first; or an honest "nothing fits" with the nearest below.
"use strict";

const MOST_SHOWN = 3;
const PASSAGE_CHARS = 280;  // the first sentences; the title leads to the rest

class LiveSuggestions {
  constructor(root, texts) {
    this.card = one("[data-suggestions]", root);
    this.list = one("[data-articles]", root);
    this.texts = texts;
  }

  clear() {
    this.card.hidden = true;
    this.list.replaceChildren();
    this.shown = [];
  }

  show({ abstained, suggestions }) {
    const some = suggestions.slice(0, MOST_SHOWN);
    const isChanged = some.map((item) => item.article_id).join() !== this.shown.join();
    this.shown = some.map((item) => item.article_id);
    this.card.hidden = false;
    this.card.classList.toggle("is-changed", isChanged && !abstained && some.length > 0);
    const articles = some.map((item) => this.article(item));
    if (!abstained && some.length) return this.list.replaceChildren(...articles);
    const nothing = element("p", { class: "muted", text: this.texts.say.nothing });
    const nearest = element("details", {}, element("summary", { text: fill(this.texts.say.look_anyway, { count: some.length }) }), ...articles);
    return this.list.replaceChildren(nothing, ...(some.length ? [nearest] : []));
  }

  article(item) {
    const [cited] = item.citations ?? [];
    const place = cited ? `?start=${cited.start}&end=${cited.end}#cited` : "";
    const passage = item.passage.length > PASSAGE_CHARS ? `${item.passage.slice(0, PASSAGE_CHARS)}…` : item.passage;
    const title = item.title || item.article_id;
    return element("article", { class: "suggestion" },
      element("header", {},
        element("h3", {}, element("a", { href: `/console/articles/${encodeURIComponent(item.article_id)}${place}`, target: "_blank", text: title, lang: languageOf(title) })),
        element("span", { class: "percent", title: this.texts.say.confidence, text: `${wholePercent(item.confidence)}%` })),
      element("p", { class: "prose small", text: passage, lang: languageOf(passage) }));
  }
}
