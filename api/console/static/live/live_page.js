// The page of a live call: what a person chooses in, a call with its sound out; the four parts of the page follow it.
// A call is ready, live, ending or over; a line that is lost leaves everything shown and can be taken up again.
"use strict";

const BEHIND_MOST_S = 20;  // of a recording: ten reports of what was heard, which come every two seconds of sound
const AHEAD_MARGIN_S = 5;

class LiveRefusal extends Error {}

class LivePage {
  constructor(root) {
    const find = (name) => one(`[data-${name}]`, root);
    this.root = root;
    this.texts = JSON.parse(root.dataset.texts);
    this.form = find("setup");
    this.bar = find("bar");
    this.told = find("told");
    this.problemPlace = find("problem");
    this.meters = all("[data-level]", root);
    this.transcript = new LiveTranscript(root, this.texts);
    this.fields = new LiveFields(root, this.texts);
    this.suggestions = new LiveSuggestions(root, this.texts);
    this.listen(find);
    this.chooseSource();
    this.reset();
  }

  listen(find) {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.start(); });
    this.form.addEventListener("change", () => this.chooseSource());
    find("stop").addEventListener("click", () => this.stop());
    find("discard").addEventListener("click", () => this.discard());
    find("go-on").addEventListener("click", () => this.goOn());
    find("again").addEventListener("click", () => this.again());
    this.root.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-at]");
      if (chip) this.transcript.lightUp(Number(chip.dataset.at));
    });
    // Whoever leaves the page hangs up.
    window.addEventListener("beforeunload", (event) => { if (this.state === "live") event.preventDefault(); });
  }

  get chosen() { return Object.fromEntries(new FormData(this.form)); }

  // Of the choices that belong to one source only those of the chosen one are shown; a template shows its fields at once.
  chooseSource() {
    const { source, template } = this.chosen;
    all("[data-of]", this.form).forEach((part) => { part.hidden = !part.dataset.of.split(" ").includes(source); });
    if (this.template === template) return;
    this.template = template;
    this.fields.begin(this.texts.templates[template] ?? {});
  }

  reset() {
    this.sound?.stop();
    this.sound = null;
    this.draft = "";
    this.heardBefore = 0;  // seconds, of calls whose line was lost
    this.heard = 0;  // seconds sent of this one
    this.transcript.clear();
    this.suggestions.clear();
    this.fields.begin(this.texts.templates[this.template] ?? {});
    this.turn("ready");
  }

  // --- States: each shows its own buttons and line.

  turn(state, text = "") {
    this.state = state;
    this.root.dataset.state = state;
    this.form.hidden = state !== "ready";
    this.bar.hidden = state === "ready";
    const shown = { stop: ["live"], discard: ["connecting", "live", "ending"], "go-on": ["lost"], again: ["lost", "over"], draft: this.draft ? ["lost", "over"] : [] };
    Object.entries(shown).forEach(([name, states]) => { one(`[data-${name}]`, this.root).hidden = !states.includes(state); });
    this.told.textContent = text;
    if (state === "ready") this.problemPlace.replaceChildren();
    if (state !== "live") this.meters.forEach((meter) => { meter.value = 0; });
  }

  refuse(lines) {
    this.sound?.stop();
    notice(this.problemPlace, lines);
  }

  // --- A call

  async start() {
    const { say } = this.texts;
    this.reset();
    this.turn("connecting", say.opening);
    let opened;
    try {
      opened = await this.openSound();
    } catch (error) {
      this.turn("ready");
      this.refuse([this.why(error)]);
      return;
    }
    if (this.state !== "connecting") { opened.stop(); return; }  // discarded while the browser asked
    this.sound = opened;
    this.connect();
  }

  why(error) {
    const { say } = this.texts;
    if (error instanceof LiveRefusal) return error.message;
    return error instanceof SilentTab ? say.no_tab_sound : say.no_microphone;
  }

  async openSound() {
    const { say } = this.texts;
    const { source, speed } = this.chosen;
    if (source === "microphone" || source === "tab") {
      if (!navigator.mediaDevices) throw new LiveRefusal(say.insecure);
      return LiveSource.open({ withTab: source === "tab" });
    }
    const file = one("input[type=file]", this.form).files[0];
    if (source === "file" && !file) throw new LiveRefusal(say.no_file);
    const bytes = source === "file" ? await file.arrayBuffer() : await (await fetch("/console/live/example")).arrayBuffer();
    return RecordingSource.open(bytes, Number(speed)).catch(() => { throw new LiveRefusal(say.no_sound); });
  }

  connect() {
    const { customer, template, language } = this.chosen;
    const begin = {
      rate_hz: RATE_HZ, channels: this.sound.channels, language, template, draft: true,
      locale: document.documentElement.lang, ...(customer.trim() && { customer: { id: customer.trim() } }),
    };
    this.turn("connecting", this.texts.say.connecting);
    this.meters.forEach((meter, channel) => { meter.hidden = channel >= this.sound.channels; });
    this.call = new LiveCall(begin, this.listener);
    one("[data-stop]", this.root).focus();
  }

  stop() {
    if (this.state !== "live") return;
    this.sound.stop();
    this.turn("ending", this.texts.say.ending);
    this.call.end();
  }

  discard() {
    this.call?.cancel();
    this.reset();
    this.told.textContent = this.texts.say.discarded;
    one("button[type=submit]", this.form).focus();
  }

  again() {
    this.reset();
    one("button[type=submit]", this.form).focus();
  }

  // A microphone that was let go is asked for again; a recording goes on where it was.
  async goOn() {
    if (!(this.sound instanceof RecordingSource)) {
      const opened = await this.openSound().catch((error) => this.refuse([this.why(error)]));
      if (!opened) return;
      this.sound = opened;
    }
    this.heardBefore += this.heard;
    this.heard = 0;
    this.problemPlace.replaceChildren();
    this.transcript.goOn(this.heardBefore, this.draft);
    this.connect();
  }

  sent(frame) {
    levelsOf(frame, this.sound.channels).forEach((level, channel) => { this.meters[channel].value = level; });
    this.heard += frame.byteLength / 2 / this.sound.channels / RATE_HZ;
    this.call.send(frame);
  }

  // --- What the service says

  get listener() {
    return {
      ready: (message) => this.ready(message),
      partial: (message) => this.transcript.partial(message),
      segment: (message) => this.transcript.segment(message),
      fields: (message) => this.fields.show(message),
      suggestions: (message) => this.suggestions.show(message),
      status: (message) => this.status(message),
      problem: (message) => this.problem(message),
      final: (message) => this.final(message),
      lost: () => this.lost(),
    };
  }

  ready({ engine, prefill_id: draft, limits }) {
    if (this.state !== "connecting") return;
    this.began = performance.now();
    this.aheadMost = limits.max_ahead_s ?? Infinity;
    this.keep(draft);
    one("[data-engine]", this.root).textContent = engine;
    one("[data-floor]", this.root).hidden = !engine.startsWith("sphinx:");
    this.turn("live", this.texts.say.listening);
    this.status({ heard_s: 0, behind_s: 0 });
    this.sound.start((frame) => this.sent(frame), () => this.stop(), () => this.room);
  }

  // The draft is kept under this name however the call ends, unless it is discarded.
  keep(id) {
    const link = one("[data-draft]", this.root);
    this.draft = id ? `/console/prefills/${encodeURIComponent(id)}` : "";
    link.href = this.draft || "/console/prefill";
  }

  // Seconds of a recording that may be sent now: what the service has not heard yet is bounded, and so is its lead.
  get room() {
    const lead = this.aheadMost - AHEAD_MARGIN_S - (this.heard - (performance.now() - this.began) / 1000);
    return Math.min(BEHIND_MOST_S - (this.heard - this.followed), lead);
  }

  status({ heard_s: heard, behind_s: behind }) {
    const { say } = this.texts;
    this.followed = heard;
    one("[data-heard]", this.root).textContent = fill(say.heard, { time: clock(this.heardBefore + heard) });
    one("[data-behind]", this.root).textContent = fill(say.behind, { seconds: behind.toFixed(1) });
  }

  problem({ problem }) {
    this.turn("lost", this.texts.say.broken_off);
    this.refuse([problem.title, problem.detail, problem.fix]);
  }

  async lost() {
    const { say } = this.texts;
    this.sound?.stop();
    this.turn("lost", say.broken_off);
    // A session that is over answers with the way to the sign-in page.
    const isSignedOut = !this.call.wasOpen && await fetch("/console/live", { redirect: "manual" })
      .then((answer) => answer.type === "opaqueredirect").catch(() => false);
    if (this.state === "lost") this.refuse(isSignedOut ? [say.signed_out] : [say.lost, say.lost_fix]);
  }

  final({ transcript, prefill }) {
    this.sound.stop();
    if (!this.heardBefore) this.transcript.settle(transcript.segments);
    if (prefill) this.fields.show(prefill);
    this.keep(prefill?.id);
    this.status({ heard_s: transcript.duration_s, behind_s: 0 });
    this.turn("over", prefill ? this.texts.say.done : this.texts.say.done_undrafted);
    if (prefill) one("[data-draft]", this.root).focus();
  }
}

document.addEventListener("DOMContentLoaded", () => all("[data-live]").forEach((root) => new LivePage(root)));
