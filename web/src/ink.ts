/** What was drawn on the shared surface: lines that fade and ripples that spread. It draws only while there is any. */
import { calm, dark, fit } from "./dom";
import { LIMITS } from "./limits";
import type { Point } from "./types";

interface Segment {
  from: Point;
  to: Point;
  hue: number;
  born: number;
}

interface Ripple {
  at: Point;
  hue: number;
  born: number;
}

const RIPPLE_LIFE = 900;
const RIPPLE_SIZE = 64;
const WIDTH = 4;

export class Ink {
  readonly #canvas: HTMLCanvasElement;
  readonly #brush: CanvasRenderingContext2D;
  #segments: Segment[] = [];
  #ripples: Ripple[] = [];
  #frame = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#brush = canvas.getContext("2d")!;
  }

  line(from: Point, to: Point, hue: number): void {
    this.#segments.push({ from, to, hue, born: performance.now() });
    if (this.#segments.length > LIMITS.inkSegments) this.#segments.shift();
    this.#run();
  }

  ripple(at: Point, hue: number): void {
    this.#ripples.push({ at, hue, born: performance.now() });
    if (this.#ripples.length > LIMITS.ripples) this.#ripples.shift();
    this.#run();
  }

  #run(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now: number): void {
    this.#frame = 0;
    this.#segments = this.#segments.filter(({ born }) => now - born < LIMITS.inkLife);
    this.#ripples = this.#ripples.filter(({ born }) => now - born < RIPPLE_LIFE);
    const { width, height } = fit(this.#canvas, this.#brush);
    for (const segment of this.#segments) this.#drawSegment(segment, now, width, height);
    for (const ripple of this.#ripples) this.#drawRipple(ripple, now, width, height);
    if (this.#segments.length + this.#ripples.length > 0) this.#run();
  }

  #drawSegment({ from, to, hue, born }: Segment, now: number, width: number, height: number): void {
    const age = Math.max(0, now - born) / LIMITS.inkLife;
    this.#brush.beginPath();
    this.#brush.lineCap = "round";
    this.#brush.lineWidth = WIDTH * (calm.matches ? 1 : 1 - 0.6 * age);
    this.#brush.strokeStyle = colour(hue, 1 - age * age);
    this.#brush.moveTo(from.x * width, from.y * height);
    this.#brush.lineTo(to.x * width, to.y * height);
    this.#brush.stroke();
  }

  #drawRipple({ at, hue, born }: Ripple, now: number, width: number, height: number): void {
    const age = Math.max(0, now - born) / RIPPLE_LIFE;
    const grown = calm.matches ? 0.5 : 1 - (1 - age) ** 3;
    for (const part of [1, 0.55]) {
      this.#brush.beginPath();
      this.#brush.lineWidth = 2.5;
      this.#brush.strokeStyle = colour(hue, (1 - age) * part);
      this.#brush.arc(at.x * width, at.y * height, RIPPLE_SIZE * grown * part, 0, 2 * Math.PI);
      this.#brush.stroke();
    }
  }
}

function colour(hue: number, alpha: number): string {
  return `oklch(${dark.matches ? 0.76 : 0.6} 0.16 ${hue} / ${alpha})`;
}
