// What was said: settled sentences in the order of their time, each side on its own; what is still being said below.
// Only settled text is read out by screen readers.
"use strict";

const NEAR_END_PX = 60;

class LiveTranscript {
  constructor(root, texts) {
    this.root = root;
    this.texts = texts;
    this.box = one("[data-transcript]", root);
    this.list = one("[data-said]", root);
    this.pending = one("[data-partials]", root);
    this.clear();
  }

  clear() {
    this.offset = 0;
    this.speakers = {};
    this.list.replaceChildren();
    this.pending.replaceChildren();
    one("[data-silence]", this.root).hidden = false;
  }

  // A call that goes on after its line was lost counts its time anew; here it goes on. What was heard before is a draft.
  goOn(offset, draft) {
    this.offset = offset;
    this.pending.replaceChildren();
    const link = draft ? [" · ", element("a", { href: draft, target: "_blank", text: this.texts.say.draft_before })] : [];
    this.list.append(element("li", { class: "gap-note muted small", "data-start": offset }, this.texts.say.gap, ...link));
  }

  segment({ segment }) {
    const start = segment.start_s + this.offset;
    this.speakers[segment.channel] = segment.speaker;
    this.drop(segment.channel);
    const line = this.line(segment.speaker, segment.channel, start, segment.text);
    line.dataset.end = segment.end_s + this.offset;
    const after = [...this.list.children].findLast((other) => Number(other.dataset.start) <= start);
    this.withEndInView(() => (after ? after.after(line) : this.list.prepend(line)));
  }

  partial({ channel, start_s: start, text }) {
    this.withEndInView(() => {
      this.drop(channel);
      if (!text) return;
      const line = this.line(this.speakers[channel], channel, start + this.offset, text, "div");
      line.classList.add("is-partial");
      line.dataset.channel = channel;
      this.pending.append(line);
    });
  }

  line(speaker, channel, start, text, tag = "li") {
    const side = speaker === "agent" || speaker === "customer" ? speaker : channel === 0 ? "unknown" : "unknown other";
    const who = this.texts.role[speaker] ?? this.texts.say.channel.replace("{number}", channel + 1);
    one("[data-silence]", this.root).hidden = true;
    return element(tag, { class: `message ${side}`, "data-start": start },
      element("p", { class: "who", text: `${who} · ${clock(start)}` }),
      element("p", { class: "prose", text, lang: languageOf(text) }));
  }

  drop(channel) {
    one(`[data-channel="${channel}"]`, this.pending)?.remove();
  }

  // Whoever scrolled up to read is left there.
  withEndInView(change) {
    const isAtEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_END_PX;
    change();
    if (isAtEnd) this.box.scrollTop = this.box.scrollHeight;
  }

  // Once the call is over its whole transcript is known, sides included; it is not read out a second time.
  settle(segments) {
    this.list.setAttribute("aria-live", "off");
    this.list.replaceChildren();
    this.pending.replaceChildren();
    segments.forEach((segment) => this.segment({ segment }));
    this.list.setAttribute("aria-live", "polite");
  }

  lightUp(start) {
    const lines = [...this.list.children];
    lines.forEach((line) => line.classList.remove("is-lit"));
    const line = lines.find((other) => Number(other.dataset.start) <= start && start < Number(other.dataset.end));
    if (!line) return;
    line.classList.add("is-lit");
    this.box.scrollTop = line.offsetTop - this.box.offsetTop - this.box.clientHeight / 3;
  }
}
