// Learns from Chatwoot which conversation is open and offers its panel. A browser cannot keep a secret, so the panel is
// opened in a tab of its own, where the agent is signed in to the console.
//   index.html?beforehand=https://beforehand.example.com&connector=chatwoot
"use strict";

const chinese = navigator.language.toLowerCase().startsWith("zh");
const words = chinese
  ? { open: "打开面板", wait: "请选择一个会话。", unset: "请在本应用的地址后加上 ?beforehand=https://你的地址&connector=名称" }
  : { open: "Open the panel", wait: "Choose a conversation.", unset: "Add ?beforehand=https://YOUR-ADDRESS&connector=NAME to this app's address." };

const query = new URLSearchParams(window.location.search);
const state = document.getElementById("state");
const link = document.getElementById("open");
document.documentElement.lang = chinese ? "zh-CN" : "en";

function base() {
  try {
    const address = new URL(query.get("beforehand") || "");
    return ["https:", "http:"].includes(address.protocol) ? address.origin : "";
  } catch {
    return "";
  }
}

function told(event) {
  let context;
  try {
    context = JSON.parse(event.data);
  } catch {
    return;
  }
  const id = context && context.data && context.data.conversation && context.data.conversation.id;
  if (!Number.isInteger(id)) return;
  const named = new URLSearchParams({ connector: query.get("connector") || "chatwoot", ticket: String(id) });
  link.href = `${base()}/panel?${named}`;
  link.textContent = `${words.open} #${id}`;
  link.hidden = false;
  state.hidden = true;
}

if (base()) {
  state.textContent = words.wait;
  window.addEventListener("message", told);
  window.parent.postMessage("chatwoot-dashboard-app:fetch-info", "*");
} else {
  state.textContent = words.unset;
}
