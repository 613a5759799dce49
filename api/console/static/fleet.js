// The fleet at a glance: one cell a device, coloured by how it is. The table below says the same in words.
"use strict";

const STATUS_COLOURS = ["--alarm", "--offline", "--watch", "--learning", "--ok"];  // as predictive/fleet.py numbers them
const CELL_PX = [22, 18, 14, 11, 9, 7, 6, 5];
const GAP_PX = 1;
const MAP_PX = 200;  // no taller than this

class FleetMap {
  constructor(canvas) {
    this.canvas = canvas;
    this.cells = canvas.dataset.cells;
    this.cursor = -1;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    canvas.addEventListener("click", (event) => this.go(this.cellAt(event)));
    canvas.addEventListener("mousemove", (event) => this.point(this.cellAt(event)));
    canvas.addEventListener("mouseleave", () => this.point(-1));
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => this.point(-1));
  }

  layOut() {
    const width = this.canvas.clientWidth;
    this.size = CELL_PX.find((size) => Math.ceil(this.cells.length / Math.floor(width / size)) * size <= MAP_PX) ?? 3;
    this.across = Math.max(1, Math.floor(width / this.size));
    return { width, height: Math.ceil(this.cells.length / this.across) * this.size };
  }

  draw() {
    const { width, height } = this.layOut();
    const scale = window.devicePixelRatio || 1;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const brush = this.canvas.getContext("2d");
    brush.scale(scale, scale);
    const style = getComputedStyle(this.canvas);
    const probe = document.createElement("span");
    this.canvas.after(probe);
    const colours = STATUS_COLOURS.map((name) => {  // light-dark() is only resolved in a real property
      probe.style.setProperty("color", `var(${name})`);
      return getComputedStyle(probe).color;
    });
    probe.remove();
    const side = this.size - GAP_PX;
    for (let number = 0; number < this.cells.length; number += 1) {
      brush.fillStyle = colours[Number(this.cells[number])];
      brush.fillRect((number % this.across) * this.size, Math.floor(number / this.across) * this.size, side, side);
    }
    if (this.cursor >= 0) {
      brush.strokeStyle = style.color;
      brush.lineWidth = 2;
      brush.strokeRect((this.cursor % this.across) * this.size, Math.floor(this.cursor / this.across) * this.size, side, side);
    }
  }

  cellAt(event) {
    const across = Math.floor(event.offsetX / this.size);
    const number = Math.floor(event.offsetY / this.size) * this.across + across;
    return across < this.across && number < this.cells.length ? number : -1;
  }

  point(number) {
    if (number === this.cursor) return;
    this.cursor = number;
    this.draw();
  }

  go(number) {
    if (number >= 0) location.assign(`${this.canvas.dataset.address}&cell=${number}`);
  }

  key(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.across, ArrowUp: -this.across };
    if (event.key === "Enter") this.go(this.cursor);
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.point(Math.min(this.cells.length - 1, Math.max(0, this.cursor + steps[event.key])));
  }
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-fleet-map]").forEach((canvas) => new FleetMap(canvas));
});
