// A file played over time: what the monitor had seen, expected and said at each moment. All of it came with the page;
// here it is only drawn up to the scrubber.
"use strict";

const STOPS = 1000;
const DOT_PX = 3;

class Replay {
  constructor(root) {
    this.root = root;
    const frames = JSON.parse(root.dataset.frames);
    this.series = frames.series;
    this.alerts = frames.alerts;
    const times = this.series.flatMap((one) => [one.at[0], one.at[one.at.length - 1]]);
    this.first = Math.min(...times);
    this.last = Math.max(...times, this.first + 1);
    this.now = this.first;
    this.find();
    this.build();
    this.listen();
    this.show();
  }

  find() {
    const find = (name) => this.root.querySelector(`[data-${name}]`);
    this.playButton = find("play");
    this.scrubber = find("scrubber");
    this.clock = find("clock");
    this.speed = find("speed");
    this.said = find("said");
    this.playLabel = this.playButton.textContent;
    this.format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  }

  build() {
    const place = this.root.querySelector("[data-canvases]");
    this.pictures = this.series.map((one) => {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      const name = document.createElement("span");
      name.textContent = `${one.device} · ${one.metric}`;
      const value = document.createElement("strong");
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", name.textContent);
      caption.append(name, value);
      figure.append(caption, canvas);
      place.append(figure);
      const bounds = [...one.values, ...this.known(one.lower, one.values), ...this.known(one.upper, one.values)];
      const low = Math.min(...bounds);
      const high = Math.max(...bounds);
      const room = (high - low || Math.abs(high) || 1) * 0.06;
      return { one, canvas, value, low: low - room, high: high + room };
    });
    const list = this.root.querySelector("[data-jumps]");
    this.jumps = this.alerts.map((alert) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${this.root.dataset[alert.change]}: ${alert.title}`;
      const when = document.createElement("small");
      when.textContent = this.format.format(alert.at * 1000);
      button.append(when);
      button.addEventListener("click", () => this.goTo(alert.at));
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
      return button;
    });
    if (!this.alerts.length) list.textContent = this.root.dataset.none;
  }

  // A band far outside the readings would flatten them: it is drawn up to three times their range.
  known(edges, values) {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const spread = high - low || Math.abs(high) * 0.01 || 1;
    return edges.filter((edge) => edge !== null && edge > low - 3 * spread && edge < high + 3 * spread);
  }

  listen() {
    this.playButton.addEventListener("click", () => (this.timer ? this.pause() : this.play()));
    this.scrubber.addEventListener("input", () => {
      this.pause();
      this.now = this.first + (this.last - this.first) * Number(this.scrubber.value) / STOPS;
      this.show();
    });
    this.root.querySelectorAll("[data-step]").forEach((button) =>
      button.addEventListener("click", () => this.step(Number(button.dataset.step))));
    this.root.querySelectorAll("[data-jump]").forEach((button) =>
      button.addEventListener("click", () => this.jump(Number(button.dataset.jump))));
    new ResizeObserver(() => this.show()).observe(this.root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
  }

  play() {
    if (this.now >= this.last) this.now = this.first;
    this.playButton.textContent = this.playButton.dataset.pauseLabel;
    let before = performance.now();
    const tick = (at) => {
      this.now = Math.min(this.last, this.now + (this.last - this.first) * (at - before) / (1000 * Number(this.speed.value)));
      before = at;
      this.show();
      if (this.now < this.last) this.timer = requestAnimationFrame(tick);
      else this.pause();
    };
    this.timer = requestAnimationFrame(tick);
  }

  pause() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
    this.playButton.textContent = this.playLabel;
  }

  step(direction) {
    this.pause();
    this.goTo(this.now + direction * (this.last - this.first) / STOPS);
  }

  jump(direction) {
    const ordered = direction > 0 ? this.alerts : [...this.alerts].reverse();
    const next = ordered.find((alert) => (alert.at - this.now) * direction > 0.5);
    if (next) this.goTo(next.at);
  }

  goTo(at) {
    this.pause();
    this.now = Math.min(this.last, Math.max(this.first, at));
    this.show();
  }

  show() {
    this.scrubber.value = Math.round(STOPS * (this.now - this.first) / (this.last - this.first));
    this.clock.textContent = this.format.format(this.now * 1000);
    this.scrubber.setAttribute("aria-valuetext", this.clock.textContent);
    const told = this.alerts.filter((alert) => alert.at <= this.now).length;
    this.jumps.forEach((button, number) => button.classList.toggle("is-past", number < told));
    if (told !== this.told) this.said.textContent = told ? this.jumps[told - 1].textContent : "";
    this.told = told;
    this.colours = this.readColours();
    this.pictures.forEach((picture) => this.draw(picture));
  }

  readColours() {
    const probe = document.createElement("span");
    this.root.append(probe);
    const read = (name) => {
      probe.style.setProperty("color", `var(${name})`);
      return getComputedStyle(probe).color;
    };
    const colours = { line: read("--wave-2"), band: read("--accent"), alarm: read("--alarm"), text: read("--muted") };
    probe.remove();
    return colours;
  }

  draw({ one, canvas, value, low, high }) {
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const brush = canvas.getContext("2d");
    brush.scale(scale, scale);
    const across = (at) => width * (at - this.first) / (this.last - this.first);
    const up = (reading) => height * (1 - Math.min(1, Math.max(0, (reading - low) / (high - low))));
    this.drawBand(brush, one, across, up);
    const until = one.at.findLastIndex((at) => at <= this.now);
    brush.beginPath();
    for (let number = 0; number <= until; number += 1) brush.lineTo(across(one.at[number]), up(one.values[number]));
    brush.strokeStyle = this.colours.line;
    brush.lineWidth = 1.5;
    brush.stroke();
    brush.fillStyle = this.colours.alarm;
    one.strange.filter((number) => number <= until).forEach((number) => {
      brush.beginPath();
      brush.arc(across(one.at[number]), up(one.values[number]), DOT_PX, 0, 2 * Math.PI);
      brush.fill();
    });
    brush.lineWidth = 1;
    this.alerts.filter((alert) => alert.device === one.device && alert.change === "opened" && alert.at <= this.now)
      .forEach((alert) => this.rule(brush, across(alert.at), height, this.colours.alarm));
    this.rule(brush, across(this.now), height, this.colours.text);
    value.textContent = until >= 0 ? `${one.values[until]} ${one.unit}` : "";
  }

  drawBand(brush, one, across, up) {
    const known = one.bandAt.map((at, number) => number)
      .filter((number) => one.bandAt[number] <= this.now && one.lower[number] !== null && one.upper[number] !== null);
    if (known.length < 2) return;
    brush.beginPath();
    known.forEach((number) => brush.lineTo(across(one.bandAt[number]), up(one.upper[number])));
    known.reverse().forEach((number) => brush.lineTo(across(one.bandAt[number]), up(one.lower[number])));
    brush.closePath();
    brush.globalAlpha = 0.14;
    brush.fillStyle = this.colours.band;
    brush.fill();
    brush.globalAlpha = 1;
  }

  rule(brush, x, height, colour) {
    brush.strokeStyle = colour;
    brush.beginPath();
    brush.moveTo(x, 0);
    brush.lineTo(x, height);
    brush.stroke();
  }
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-replay]").forEach((root) => new Replay(root));
});
