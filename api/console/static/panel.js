// Keys of the panel, and evidence that is still on its way. Every text comes from the page.
"use strict";

const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

function go(by) {
  const items = all("[data-item]").filter((item) => item.checkVisibility());
  const at = items.indexOf(document.activeElement?.closest("[data-item]"));
  const next = items[at < 0 ? (by > 0 ? 0 : items.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// A key presses the button of the item in focus; else the first of its kind, except undo, which needs to be meant.
function buttonOf(key) {
  const item = document.activeElement?.closest("[data-item]");
  const selector = `[data-key="${CSS.escape(key)}"]`;
  return (item && one(selector, item)) ?? (key === "z" ? null : one(selector));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
  if (event.target.matches("input, textarea, select, audio")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key in MOVES) {
    event.preventDefault();
    go(MOVES[key]);
    return;
  }
  if (key === "?") {
    one("#keys").showModal();
    return;
  }
  const button = buttonOf(key);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) one("#keys").showModal();
});

// What was in focus is gone after a swap: the item around it keeps the focus, so that the next key works. What came by
// itself takes no focus: it would move the page under somebody who reads.
document.addEventListener("DOMContentLoaded", () => {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    event.detail.target.panelItem = event.detail.target.closest("[data-item]");
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const asker = event.detail.requestConfig?.elt;
    const item = asker?.closest?.("[data-item]") ?? event.detail.target.panelItem;
    if (item && !asker?.matches?.("[hx-trigger=load]") && document.activeElement === document.body) item.focus();
  });
});
