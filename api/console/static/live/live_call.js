// One call to the service: sound goes out, what is heard, filled in and suggested comes back to a listener. It knows the
// protocol (GET /v1/audio/stream) and no page.
"use strict";

const MOST_WAITING_BYTES = 4 * 1024 * 1024;  // a minute of two channels; a line that slow is as good as lost

class LiveCall {
  // `begin` is the first message's content; the listener has a function for each type of message, and `lost`.
  constructor(begin, listener) {
    this.listener = listener;
    this.isOver = false;
    this.wasOpen = false;
    const address = new URL("/v1/audio/stream", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.socket = new WebSocket(address);
    this.socket.addEventListener("open", () => {
      this.wasOpen = true;
      this.say({ type: "start", format: "pcm16", ...begin });
    });
    this.socket.addEventListener("message", (event) => this.take(JSON.parse(event.data)));
    this.socket.addEventListener("close", () => {
      if (!this.isOver) listener.lost();
      this.isOver = true;
    });
  }

  say(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  send(frame) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > MOST_WAITING_BYTES) this.socket.close();
    else this.socket.send(frame);
  }

  end() { this.say({ type: "end" }); }

  cancel() {
    this.isOver = true;
    this.say({ type: "cancel" });
    this.socket.close();
  }

  // What comes after the last word, and messages of a later version, are nobody's business here.
  take(message) {
    const tell = this.listener[message.type];
    if (this.isOver || !tell) return;
    if (message.type === "problem" || message.type === "final") this.isOver = true;
    tell(message);
  }
}
