// A picture that was read: zoom and move it, and light up a part in the list and on the picture together.
// Zooming widens the sheet inside a box that scrolls, so that arrow keys, touch and screen readers work as everywhere.
"use strict";

const MOST = 8;
const STEP = 1.25;
const TAG_PX = 20;

class PageView {
  constructor(root) {
    this.root = root;
    this.viewer = one("[data-viewer]", root);
    this.sheet = one("[data-sheet]", root);
    this.overlay = one("svg", this.sheet);
    const { width, height } = this.overlay.viewBox.baseVal;
    this.ratio = height / width;
    this.units = width;
    this.zoom = 1;
    this.watchZoom();
    this.watchDrag();
    this.watchParts();
    this.start();
  }

  // --- Zoom: 1 is as wide as the box.

  get wholeZoom() {
    const room = parseFloat(getComputedStyle(this.viewer).maxHeight);
    return Math.min(1, room / (this.viewer.clientWidth * this.ratio));
  }

  // A long receipt as a whole is a thread; then the width is the better beginning.
  start() {
    const whole = this.wholeZoom;
    this.zoomTo(whole > 0.4 ? whole : 1);
  }

  zoomTo(zoom, at) {
    const least = Math.min(0.2, this.wholeZoom);
    const place = this.viewer.getBoundingClientRect();
    const x = at ? at.x - place.left : place.width / 2;
    const y = at ? at.y - place.top : place.height / 2;
    const before = this.sheet.getBoundingClientRect();
    const share = { x: (place.left + x - before.left) / before.width, y: (place.top + y - before.top) / before.height };
    this.zoom = Math.min(MOST, Math.max(least, zoom));
    this.wide = this.viewer.clientWidth;
    this.sheet.style.width = `${Math.floor(this.viewer.clientWidth * this.zoom)}px`;
    const after = this.sheet.getBoundingClientRect();
    this.viewer.scrollLeft += after.left + share.x * after.width - (place.left + x);
    this.viewer.scrollTop += after.top + share.y * after.height - (place.top + y);
    one("[data-zoom-level]", this.root).textContent = `${Math.round(100 * after.width / this.units)}%`;
    this.placeTags(after.width / this.units);
  }

  // Tags keep their size on the screen: after their box where there is room, else above it, never off the sheet.
  placeTags(pixels) {
    const scale = 1 / pixels;
    all(".tag", this.overlay).forEach((tag) => {
      const [left, right, top, bottom] = ["left", "right", "top", "bottom"].map((side) => Number(tag.dataset[side]));
      const wide = Number(one("rect", tag).getAttribute("width")) * scale;
      const isBeside = right + 3 * scale + wide < this.units;
      const x = isBeside ? right + 3 * scale : Math.max(0, Math.min(left, this.units - wide));
      const y = isBeside ? (top + bottom) / 2 - TAG_PX / 2 * scale : Math.max(0, top - (TAG_PX + 2) * scale);
      tag.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    });
  }

  zoomBy(what) {
    const zooms = { in: this.zoom * STEP, out: this.zoom / STEP, whole: this.wholeZoom, width: 1 };
    this.zoomTo(zooms[what]);
  }

  watchZoom() {
    all("[data-zoom]", this.root).forEach((button) => button.addEventListener("click", () => this.zoomBy(button.dataset.zoom)));
    this.viewer.addEventListener("wheel", (event) => {
      // Without a modifier the wheel scrolls the page, until somebody has gone into the picture.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.viewer) return;
      event.preventDefault();
      this.zoomTo(this.zoom * STEP ** (-Math.sign(event.deltaY) * Math.min(1, Math.abs(event.deltaY) / 60)), event);
    }, { passive: false });
    this.viewer.addEventListener("keydown", (event) => {
      const what = { "+": "in", "=": "in", "-": "out", "0": "whole", "1": "width" }[event.key];
      if (!what || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.zoomBy(what);
    });
    // Its height follows the sheet's; only another width asks for another zoom.
    new ResizeObserver(() => {
      if (this.viewer.clientWidth !== this.wide) this.zoomTo(this.zoom);
    }).observe(this.viewer);
  }

  // --- Moving: touch scrolls by itself, a mouse drags.

  watchDrag() {
    let from = null;
    this.viewer.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      from = { x: event.clientX, y: event.clientY, left: this.viewer.scrollLeft, top: this.viewer.scrollTop, moved: false };
    });
    window.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [x, y] = [event.clientX - from.x, event.clientY - from.y];
      if (!from.moved && Math.hypot(x, y) < 4) return;
      from.moved = true;
      this.viewer.classList.add("is-dragged");
      this.viewer.scrollTo({ left: from.left - x, top: from.top - y, behavior: "instant" });
    });
    window.addEventListener("pointerup", () => {
      this.wasDragged = Boolean(from?.moved);
      from = null;
      this.viewer.classList.remove("is-dragged");
    });
  }

  // --- Parts

  same(part) {
    return all(`[data-part="${CSS.escape(part)}"]`, this.root);
  }

  light(part) {
    all(".is-lit", this.root).forEach((element) => {
      element.classList.remove("is-lit");
      if (element.matches("button")) element.setAttribute("aria-pressed", "false");
    });
    this.same(part).forEach((element) => {
      element.classList.add("is-lit");
      if (element.matches("button")) element.setAttribute("aria-pressed", "true");
    });
  }

  // Bring a part's box to the middle of the viewer, near enough to read.
  show(part) {
    const mark = one(`.mark[data-part="${CSS.escape(part)}"]`, this.overlay);
    if (!mark) return;
    const low = mark.getBoundingClientRect().height;
    if (low < 12) this.zoomTo(Math.min(this.zoom * 20 / Math.max(low, 1), Math.max(1.6, this.zoom)));
    const box = mark.getBoundingClientRect();
    const place = this.viewer.getBoundingClientRect();
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    this.viewer.scrollBy({
      left: box.left + box.width / 2 - (place.left + place.width / 2),
      top: box.top + box.height / 2 - (place.top + place.height / 2),
      behavior,
    });
  }

  watchParts() {
    this.root.addEventListener("click", (event) => {
      const found = event.target.closest("[data-part]");
      if (!found) return;
      if (found.matches("button")) {
        this.light(found.dataset.part);
        this.show(found.dataset.part);
      } else if (!this.wasDragged) {
        this.light(found.dataset.part);
        this.same(found.dataset.part).find((element) => element.matches("button"))
          ?.scrollIntoView({ block: "nearest", behavior: "instant" });
      }
    });
    ["pointerover", "focusin"].forEach((name) => this.root.addEventListener(name, (event) => this.hover(event.target)));
    this.root.addEventListener("pointerleave", () => this.hover(null));
    all("[data-layer]", this.root).forEach((box) => box.addEventListener("change", () =>
      this.sheet.classList.toggle(`no-${box.dataset.layer}`, !box.checked)));
  }

  hover(element) {
    const part = element?.closest?.("[data-part]")?.dataset.part;
    all(".is-hovered", this.root).forEach((other) => other.classList.remove("is-hovered"));
    if (part) this.same(part).forEach((other) => other.classList.add("is-hovered"));
  }
}

document.addEventListener("DOMContentLoaded", () => all("[data-page-view]").forEach((root) => new PageView(root)));
