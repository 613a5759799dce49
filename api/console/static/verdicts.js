// A person's decision on a field: shown at once, taken back where the server refuses it; by mouse or by one key.
"use strict";

const KEY_STEPS = { ArrowDown: 1, ArrowUp: -1 };
const forms = new WeakMap();  // the form that waits -> what it said before

// --- Shown at once

function sayDecision(form, action, final) {
  const line = one("[data-decision]", form);
  line.dataset.decision = action;
  line.textContent = form.dataset[action];
  if (action !== "edited") return;
  const value = document.createElement("strong");
  value.textContent = final;
  line.append(" ", value);
}

function openEdit(form, isOpen) {
  const box = one("[data-edit-box]", form);
  const input = one("input", box);
  box.hidden = !isOpen;
  input.disabled = !isOpen;
  one("[data-edit]", form).setAttribute("aria-expanded", isOpen);
  if (isOpen) input.select();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-verdict]")) return;
  const line = one("[data-decision]", form);
  forms.set(form, { action: line.dataset.decision, nodes: [...line.childNodes] });
  one("[data-outcome]", form).replaceChildren();
  sayDecision(form, event.submitter?.value ?? "edited", one("[name=final]", form).value);
}, true);

// --- Taken back

function takeBack(form, lines) {
  const before = forms.get(form);
  const line = one("[data-decision]", form);
  line.dataset.decision = before?.action ?? "";
  line.replaceChildren(...(before?.nodes ?? []));
  notice(one("[data-outcome]", form), lines);
}

function saidIn(xhr) {
  if ((xhr.getResponseHeader("Content-Type") ?? "").includes("json")) {
    const problem = JSON.parse(xhr.responseText);
    return [problem.title, problem.detail, problem.fix];
  }
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return all("strong, p", page).map((element) => element.textContent.trim());
}

function watchVerdicts() {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.target;
    if (!isVerdict(form) || event.detail.xhr.status < 400) return;
    event.detail.shouldSwap = false;
    takeBack(form, saidIn(event.detail.xhr));
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.body.addEventListener(name, (event) => {
    const form = event.detail.target;
    if (isVerdict(form)) takeBack(form, [document.body.dataset.network]);
  }));
  // The swap takes the focused button away: the field keeps the focus, so that the next key works.
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const form = event.detail.elt;
    if (isVerdict(form) && document.activeElement === document.body) form.closest("[data-field]").focus();
  });
}

// --- Mouse and keys

document.addEventListener("click", (event) => {
  const edit = event.target.closest("[data-edit]");
  if (edit) openEdit(edit.form, one("[data-edit-box]", edit.form).hidden);
  const use = event.target.closest("[data-use]");
  if (!use) return;
  const form = one("[data-verdict]", use.closest("[data-field]"));
  openEdit(form, true);
  one("[name=final]", form).value = use.dataset.use;
  form.requestSubmit(one("[value=edited]", form));
});

function step(field, by) {
  const fields = all("[data-field]");
  fields[fields.indexOf(field) + by]?.focus();
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("[data-field]");
  if (!field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input")) {
    if (event.key !== "Escape") return;
    openEdit(event.target.form, false);
    field.focus();
    return;
  }
  const button = one(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`, field);
  if (!button && !(event.key in KEY_STEPS && event.target === field)) return;
  event.preventDefault();
  if (button) button.click();
  else step(field, KEY_STEPS[event.key]);
});

document.addEventListener("DOMContentLoaded", watchVerdicts);
