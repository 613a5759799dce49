// The ticket as it fills: a row a field of the template, in its order; a row that changed is marked until the next
// change. Rows stay where they are, so that eyes and focus do, too.
"use strict";

class LiveFields {
  constructor(root, texts) {
    this.root = root;
    this.texts = texts;
    this.list = one("[data-fields]", root);
    this.rows = new Map();
  }

  // `labels` are the template's fields by name; until something is heard all of them are missing.
  begin(labels) {
    this.labels = labels;
    this.rows.clear();
    this.list.replaceChildren();
    Object.keys(labels).forEach((name) => this.put(name, { status: "missing", value: null, confidence: 0 }));
    this.count();
    this.ask(null);
  }

  show({ fields, next_question: question }) {
    this.rows.forEach(({ row }) => row.classList.remove("is-changed"));
    Object.entries(fields).forEach(([name, field]) => {
      const before = this.rows.get(name);
      const now = JSON.stringify([field.value, field.status, wholePercent(field.confidence), field.candidates, field.evidence]);
      if (before?.shown === now) return;
      const isNews = !before || before.value !== field.value || before.status !== field.status;
      this.put(name, field, now).classList.toggle("is-changed", isNews);
    });
    this.count();
    this.ask(question);
  }

  put(name, field, shown = "") {
    const known = this.rows.get(name);
    const row = known?.row ?? this.list.appendChild(element("article", { "data-field": name }));
    row.className = `field ${field.status}`;
    row.replaceChildren(this.head(name, field), ...this.body(name, field));
    this.rows.set(name, { row, shown, value: field.value, status: field.status });
    return row;
  }

  head(name, field) {
    return element("header", {},
      element("h3", { text: this.labels[name] ?? name }),
      element("span", { class: `badge ${field.status}`, text: this.texts.status[field.status] ?? field.status }));
  }

  body(name, field) {
    const { say } = this.texts;
    const choices = field.candidates ?? [];
    if (field.status === "conflict") return [this.choices(say.sides, choices), this.quotes(field)];
    if (field.value !== null) return [this.value(name, field), this.quotes(field)];
    const offered = choices.filter((choice) => choice.detail);
    return offered.length ? [this.choices(say.offered, offered)] : [];
  }

  value(name, field) {
    const percent = wholePercent(field.confidence);
    const detail = field.candidates?.find((choice) => choice.value === field.value)?.detail;
    return element("div", { class: "value-row" },
      element("span", { class: "value", text: readable(field.value) }),
      ...(detail ? [element("span", { class: "known-as", text: detail })] : []),
      element("span", { class: "percent", title: this.texts.say.confidence },
        element("meter", { min: 0, max: 100, value: percent, "aria-label": this.texts.say.confidence }), ` ${percent}%`),
      element("button", {
        type: "button", class: "quiet", text: this.texts.say.copy, "data-copy": field.value,
        "aria-label": fill(this.texts.say.copy_value, { field: this.labels[name] ?? name }),
      }));
  }

  choices(lead, choices) {
    return element("div", {},
      element("p", { class: "muted small", text: lead }),
      element("ul", { class: "candidates" }, ...choices.map((choice) => element("li", { class: "value-row" },
        element("span", { class: "value", text: readable(choice.value) }),
        ...(choice.detail ? [element("span", { class: "known-as", text: choice.detail })] : []),
        element("span", { class: "percent", text: `${wholePercent(choice.confidence)}%` }),
        element("button", { type: "button", class: "quiet", text: this.texts.say.copy, "data-copy": choice.value })))));
  }

  // What was said leads to its line in the transcript; a record of the business has no line.
  quotes(field) {
    const { role, say } = this.texts;
    return element("ul", { class: "chips", "aria-label": say.evidence }, ...(field.evidence ?? []).map((one) => {
      const isSaid = one.kind === "audio" && one.start_s !== undefined;
      const where = isSaid ? [clock(one.start_s), role[one.speaker ?? ""] ?? ""].join(" ") : one.source;
      const attributes = isSaid ? { type: "button", class: "chip", "data-at": one.start_s } : { class: "chip still" };
      return element("li", {}, element(isSaid ? "button" : "span", attributes,
        element("span", { class: "muted", text: where }), element("q", { text: one.quote, lang: languageOf(one.quote) })));
    }));
  }

  count() {
    const filled = [...this.rows.values()].filter(({ value }) => value !== null).length;
    one("[data-filled]", this.root).textContent = fill(this.texts.say.filled, { filled, total: this.rows.size });
  }

  ask(question) {
    const card = one("[data-question]", this.root);
    card.hidden = !question;
    if (!question) return;
    const line = one("[data-question-text]", card);
    card.classList.toggle("is-changed", line.textContent !== question.text);
    line.textContent = question.text;
    one("[data-choices]", card).textContent = question.choices?.length ? `${this.texts.say.choices} ${question.choices.join(" / ")}` : "";
    one("[data-copy]", card).dataset.copy = question.text;
  }
}
