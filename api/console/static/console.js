// Small helpers of the console: dropping files, upload progress, copying, seeking, lighting evidence up, local times.
// No data is made here; every text comes from the page, and is set as text, never as markup.
"use strict";

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- Files: the input keeps them; dropping adds, a button takes one away.

function setFiles(input, files) {
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  listFiles(input);
}

function listFiles(input) {
  const list = one("[data-file-list]");
  list.replaceChildren(...[...input.files].map((file, number) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const size = document.createElement("span");
    const remove = document.createElement("button");
    name.className = "name";
    name.textContent = file.name;
    size.className = "muted small";
    size.textContent = file.size < 1e6 ? `${Math.ceil(file.size / 1e3)} kB` : `${(file.size / 1e6).toFixed(1)} MB`;
    remove.type = "button";
    remove.className = "quiet";
    remove.textContent = "✕";
    remove.setAttribute("aria-label", input.dataset.remove.replace("{name}", file.name));
    remove.addEventListener("click", () => setFiles(input, [...input.files].filter((_, at) => at !== number)));
    item.append(name, size, remove);
    return item;
  }));
}

function watchDrop(zone) {
  const input = one("input[type=file]", zone);
  let chosen = [];
  input.addEventListener("click", () => { chosen = [...input.files]; });
  input.addEventListener("change", () => setFiles(input, [...chosen, ...input.files]));
  // The whole window takes a drop, so that a near miss does not open the file in place of the page.
  const light = (isOver) => zone.classList.toggle("is-over", isOver);
  window.addEventListener("dragover", (event) => { event.preventDefault(); light(true); });
  window.addEventListener("dragleave", (event) => { if (!event.relatedTarget) light(false); });
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    light(false);
    setFiles(input, [...input.files, ...event.dataTransfer.files]);
  });
  window.addEventListener("pageshow", () => listFiles(input));
}

// --- Progress: first the upload, then the engines' work, which has no known length.

function watchProgress(box) {
  const bar = one("progress", box);
  const line = one("[role=status]", box);
  const say = (text) => { if (line.textContent !== text) line.textContent = text; };
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target.id !== "outcome") return;
    one("#outcome").replaceChildren();
    bar.value = 0;
    say(box.dataset.uploading);
    box.hidden = false;
  });
  document.body.addEventListener("htmx:xhr:progress", (event) => {
    if (box.hidden || !event.detail.lengthComputable) return;
    const share = event.detail.loaded / event.detail.total;
    if (share < 1) { bar.value = 100 * share; return; }
    bar.removeAttribute("value");
    say(box.dataset.working);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.xhr.getAllResponseHeaders().toLowerCase().includes("hx-redirect:")) box.hidden = true;
  });
}

// --- What the console's own pages did not answer: no connection, or a refusal that came as JSON.

function notice(target, lines) {
  const box = document.createElement("section");
  box.className = "notice bad";
  box.setAttribute("role", "alert");
  box.append(...lines.filter(Boolean).map((line) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    return paragraph;
  }));
  target.replaceChildren(box);
}

const isVerdict = (element) => element.matches("[data-verdict]");  // verdicts.js takes these back itself

function watchRefusals() {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const type = event.detail.xhr.getResponseHeader("Content-Type") ?? "";
    if (!type.includes("json") || isVerdict(event.detail.target)) return;
    event.detail.shouldSwap = false;
    const problem = JSON.parse(event.detail.xhr.responseText);
    notice(event.detail.target, [problem.title, problem.detail, problem.fix]);
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.body.addEventListener(name, (event) => {
    if (!isVerdict(event.detail.target)) notice(event.detail.target, [document.body.dataset.network]);
  }));
}

// --- Evidence: a chip or a region lights up whatever carries its number, and plays the recording from there.

function lightUp(number, { scroll }) {
  all(".is-lit").forEach((element) => element.classList.remove("is-lit"));
  const lit = all(`[data-evidence~="${CSS.escape(number)}"]`);
  lit.forEach((element) => element.classList.add("is-lit"));
  lit.forEach((element) => element.closest("details")?.setAttribute("open", ""));
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  if (scroll && lit.length) lit[0].scrollIntoView({ block: "center", behavior });
}

function recordingOf(element) {
  const name = element.dataset.source ?? element.closest("[data-recording]")?.dataset.recording;
  return all("[data-recording]").find((card) => card.dataset.recording === name);
}

function playFrom(element, seconds) {
  const card = recordingOf(element);
  const audio = card && one("audio", card);
  if (!audio) return;
  audio.currentTime = Math.max(0, seconds - 0.3);
  movePlayhead(card, audio);
  audio.play().catch(() => {});  // a browser may refuse sound; the place is set all the same
}

function movePlayhead(card, audio) {
  const wave = one("[data-wave]", card);
  const x = wave.viewBox.baseVal.width * audio.currentTime / Number(wave.dataset.duration);
  ["x1", "x2"].forEach((name) => one("[data-playhead]", wave).setAttribute(name, x));
}

// Media events do not bubble, but are seen on their way down; so recordings that come later need no listener of theirs.
["timeupdate", "seeked"].forEach((name) => document.addEventListener(name, (event) => {
  const card = event.target.closest?.("[data-recording]");
  if (card) movePlayhead(card, event.target);
}, true));

function seekOnWave(wave, event) {
  const place = wave.getBoundingClientRect();
  playFrom(wave, Number(wave.dataset.duration) * (event.clientX - place.left) / place.width + 0.3);
}

// --- Copying

// A frame in another site's page may not use the clipboard's own interface unless that page allows it.
function copyBySelection(text, beside) {
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "hidden";
  beside.after(box);
  box.select();
  const isCopied = document.execCommand("copy");
  box.remove();
  return isCopied;
}

async function copy(button) {
  try {
    if (document.featurePolicy?.allowsFeature("clipboard-write") === false) throw new Error("not in this frame");
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const isCopied = copyBySelection(button.dataset.copy, button);
    button.focus();
    if (!isCopied) return;
  }
  const before = button.textContent;
  button.textContent = document.body.dataset.copied;
  setTimeout(() => { button.textContent = before; }, 1500);
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-copy], [data-show], [data-seek], [data-wave]");
  if (!target) return;
  const number = target.dataset.show ?? target.dataset.evidence;
  if (target.dataset.copy !== undefined) copy(target);
  if (number) lightUp(number, { scroll: target.dataset.show !== undefined });
  if (target.dataset.seek !== undefined) playFrom(target, Number(target.dataset.seek));
  else if (target.dataset.wave !== undefined) seekOnWave(target, event);
});

document.addEventListener("keydown", (event) => {
  const isSend = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!isSend || !event.target.matches("[data-submit-on-enter]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// --- Times: the server writes UTC; people read their own clock.

function localTimes(root) {
  const style = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const whole = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeStyle: "long" });
  all("time[datetime]", root).forEach((time) => {
    const at = new Date(time.dateTime);
    time.textContent = style.format(at);
    time.title = whole.format(at);  // names the zone
  });
}

document.addEventListener("DOMContentLoaded", () => {
  all("[data-drop]").forEach(watchDrop);
  all("[data-progress]").forEach(watchProgress);
  // What the customer calls "yesterday" is relative to the agent's own day.
  all("[data-utc-offset]").forEach((input) => { input.value = -new Date().getTimezoneOffset(); });
  watchRefusals();
  one(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
  // What is swapped out of band is not the event's target.
  ["htmx:afterSwap", "htmx:oobAfterSwap"].forEach((name) =>
    document.body.addEventListener(name, () => localTimes(document)));
  localTimes(document);
});
