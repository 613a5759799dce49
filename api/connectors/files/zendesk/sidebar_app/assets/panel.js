// Asks the service for a short-lived address of this ticket's panel and shows it. The key stays with Zendesk's proxy.
"use strict";

const WORDS = {
  en: { failed: "Beforehand does not answer. Ask whoever set this app up to check its address, key and connector." },
  zh: { failed: "Beforehand 没有应答。请管理员检查本应用的地址、密钥和连接器名称。" },
};

const client = ZAFClient.init();

async function show() {
  const { settings } = await client.metadata();
  const held = await client.get(["ticket.id", "currentUser.name", "currentUser.locale"]);
  const locale = String(held["currentUser.locale"] || "en").toLowerCase();
  const words = locale.startsWith("zh") ? WORDS.zh : WORDS.en;
  const state = document.getElementById("state");
  try {
    const link = await client.request({
      url: `${settings.address.replace(/\/+$/, "")}/v1/panel-links`,
      type: "POST",
      secure: true,
      contentType: "application/json",
      headers: { Authorization: "Bearer {{setting.key}}" },
      data: JSON.stringify({
        connector: settings.connector,
        ticket_id: String(held["ticket.id"]),
        user: String(held["currentUser.name"] || "").slice(0, 200),
      }),
    });
    const address = new URL(link.url);
    if (address.origin !== new URL(settings.address).origin) throw new Error("the link leads elsewhere");
    const panel = document.getElementById("panel");
    panel.src = address.href;
    panel.hidden = false;
    state.hidden = true;
    client.invoke("resize", { width: "100%", height: "640px" });
  } catch (error) {
    state.textContent = words.failed;
  }
}

client.on("app.registered", show);
