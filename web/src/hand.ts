/** The visitor's own pointer on the shared surface, by mouse, touch, pen or arrow keys, as bounded signals. */
import { LIMITS } from "./limits";
import type { Point, Signal } from "./types";

/** One press of an arrow key, as a part of the surface. */
const STEP = 0.02;
/** A press that moved less than this (in CSS pixels) is a click. */
const STILL = 4;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** What the page draws of the own hand at once, without waiting for the server. */
export interface Drawn {
  line(from: Point, to: Point): void;
  ripple(at: Point): void;
  /** The keyboard moved the pointer: there is no mouse cursor to see it by. Null when it is gone. */
  keys(at: Point | null): void;
}

export class Hand {
  readonly #stage: HTMLElement;
  readonly #tell: (signal: Signal) => void;
  readonly #drawn: Drawn;
  #points: Point[] = [];
  #at: Point = { x: 0.5, y: 0.5 };
  #pressedAt: { x: number; y: number } | null = null;
  #drawing = false;
  #frame = 0;
  #sentAt = -Infinity;

  constructor(stage: HTMLElement, tell: (signal: Signal) => void, drawn: Drawn) {
    this.#stage = stage;
    this.#tell = tell;
    this.#drawn = drawn;
    stage.addEventListener("pointermove", (event) => this.#moved(event));
    stage.addEventListener("pointerdown", (event) => this.#pressed(event));
    stage.addEventListener("pointerup", (event) => this.#released(event));
    stage.addEventListener("pointercancel", () => this.#gone());
    stage.addEventListener("pointerleave", () => this.#gone());
    stage.addEventListener("keydown", (event) => this.#key(event));
    stage.addEventListener("blur", () => this.#gone());
  }

  #moved(event: PointerEvent): void {
    this.#drawn.keys(null);
    this.#to(this.#pointOf(event));
  }

  #pressed(event: PointerEvent): void {
    if (event.button !== 0 || event.target instanceof HTMLButtonElement) return;
    this.#stage.setPointerCapture(event.pointerId);
    this.#pressedAt = { x: event.clientX, y: event.clientY };
    // The line starts here: others must not draw one from where the pointer was seen last.
    this.#to(this.#pointOf(event));
    this.#flush();
    this.#drawing = true;
  }

  #released(event: PointerEvent): void {
    const from = this.#pressedAt;
    if (from === null) return;
    this.#flush();
    this.#drawing = false;
    this.#pressedAt = null;
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < STILL) this.#ripple();
    // A finger that was lifted points at nothing.
    if (event.pointerType === "touch") this.#gone();
  }

  #gone(): void {
    if (this.#points.length > 0) this.#flush();
    this.#drawing = false;
    this.#pressedAt = null;
    this.#drawn.keys(null);
    this.#tell({ kind: "away" });
  }

  #key(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (event.target !== this.#stage) return;
    if (arrow !== undefined) this.#to({ x: bound(this.#at.x + arrow[0]), y: bound(this.#at.y + arrow[1]) });
    else if (event.key === " " || event.key === "Enter") this.#ripple();
    else return;
    event.preventDefault();
    this.#drawn.keys(this.#at);
  }

  #ripple(): void {
    this.#drawn.ripple(this.#at);
    this.#tell({ kind: "ripple", at: this.#at });
  }

  #to(point: Point): void {
    if (this.#drawing) this.#drawn.line(this.#at, point);
    this.#at = point;
    this.#points.push(point);
    // A very fast mouse: every second point tells the same shape.
    if (this.#points.length > LIMITS.pointerPoints) this.#points = this.#points.filter((_, i) => i % 2 === 0);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      if (now - this.#sentAt >= LIMITS.pointerEvery) this.#flush();
      else this.#schedule();
    });
  }

  #flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#points.length === 0) return;
    this.#tell({ kind: "move", points: this.#points, drawing: this.#drawing });
    this.#points = [];
    this.#sentAt = performance.now();
  }

  #pointOf(event: PointerEvent): Point {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { x: bound((event.clientX - left) / width), y: bound((event.clientY - top) / height) };
  }
}

function bound(axis: number): number {
  return Math.min(1, Math.max(0, axis));
}
