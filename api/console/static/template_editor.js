// The template editor: fields are dragged in from the palette and ordered by dragging or by buttons; the preview follows.
// Rows are made by the server; here they are only moved.
"use strict";

const rows = document.getElementById("rows");
const moved = document.getElementById("moved");

const changed = () => document.body.dispatchEvent(new Event("rows-changed"));

function tell(row) {
  const all = [...rows.children];
  moved.textContent = moved.dataset.moved.replace("{place}", all.indexOf(row) + 1).replace("{count}", all.length);
}

// A kind that was dropped is a copy of its button; the server's row takes its place.
function takeIn(item) {
  const kind = encodeURIComponent(item.dataset.kind);
  htmx.ajax("GET", `/console/template-row?kind=${kind}`, { target: item, swap: "outerHTML" });
}

new Sortable(document.getElementById("palette"), {
  group: { name: "fields", pull: "clone", put: false }, sort: false, animation: 120,
});
new Sortable(rows, {
  group: { name: "fields", pull: false, put: true }, handle: "[data-grip], .row-head strong", animation: 120,
  ghostClass: "is-dragged", onAdd: (event) => takeIn(event.item), onUpdate: (event) => { tell(event.item); changed(); },
});

rows.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move], [data-remove]");
  if (!button) return;
  const row = button.closest("[data-row]");
  if (button.dataset.remove !== undefined) {
    (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-remove]").focus();
    row.remove();
    moved.textContent = moved.dataset.removed;
  } else {
    if (button.dataset.move === "-1") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    button.focus();
    tell(row);
  }
  changed();
});

rows.addEventListener("input", (event) => {
  const row = event.target.closest("[data-row]");
  if (event.target.matches("[data-label]")) row.querySelector("[data-title]").textContent = event.target.value;
  if (event.target.matches("[data-row-kind]")) {
    row.querySelector("[data-choices]").hidden = event.target.value !== "choices";
  }
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === rows || rows.contains(event.detail.elt)) changed();
});
