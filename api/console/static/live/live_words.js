// How the page of a call writes: elements, times, percents, values, and the language that a text is in.
"use strict";

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const languageOf = (text) => (/[\u4e00-\u9fff]/.test(text) ? "zh-CN" : "en");

// Return an element with its text, attributes and children.
function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

const wholePercent = (confidence) => Math.floor(100 * confidence);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);

// "2026-11-22T08:00:00/2026-11-22T12:00:00" is for programs.
function readable(value) {
  const moments = value.split("/").map((part) => /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d):\d\d)?$/.exec(part));
  if (moments.length > 2 || moments.some((moment) => !moment)) return value;
  const [first, last] = moments;
  const write = (moment) => [moment[1], moment[2]].filter(Boolean).join(" ");
  if (!last) return write(first);
  return `${write(first)} – ${last[1] === first[1] && last[2] ? last[2] : write(last)}`;
}
