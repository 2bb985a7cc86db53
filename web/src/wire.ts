/**
 * The wire between this window and the gateway: each frame of the WebSocket is a dot that crosses it, and where the line
 * is cut there is a gap. Frames are real; only the time they take to cross is slowed down enough to be seen.
 */
import type { Direction } from "./cable";
import { calm, dark, fit } from "./dom";
import { LIMITS } from "./limits";
import type { Line } from "./types";

interface Packet {
  direction: Direction;
  born: number;
}

const CROSSING = 650;
/** Frames of one direction closer together than this share a dot. */
const TOGETHER = 45;
const GAP = 26;

export class Wire {
  readonly #canvas: HTMLCanvasElement;
  readonly #brush: CanvasRenderingContext2D;
  #packets: Packet[] = [];
  #line: Line = "connecting";
  #frame = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#brush = canvas.getContext("2d")!;
    new ResizeObserver(() => this.#run()).observe(canvas);
    dark.addEventListener("change", () => this.#run());
  }

  turn(line: Line): void {
    this.#line = line;
    if (line !== "live") this.#packets = [];
    this.#run();
  }

  frame(direction: Direction): void {
    if (calm.matches || document.hidden) return;
    const now = performance.now();
    const last = this.#packets.findLast((packet) => packet.direction === direction);
    if (last !== undefined && now - last.born < TOGETHER) return;
    if (this.#packets.length >= LIMITS.packets) this.#packets.shift();
    this.#packets.push({ direction, born: now });
    this.#run();
  }

  #run(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now: number): void {
    this.#frame = 0;
    this.#packets = this.#packets.filter(({ born }) => now - born < CROSSING);
    const { width, height } = fit(this.#canvas, this.#brush);
    const theme = getComputedStyle(this.#canvas);
    this.#drawLine(theme, width, height / 2);
    for (const packet of this.#packets) this.#drawPacket(packet, theme, now, width, height / 2);
    if (this.#packets.length > 0) this.#run();
  }

  #drawLine(theme: CSSStyleDeclaration, width: number, middle: number): void {
    const whole = this.#line === "live";
    this.#brush.strokeStyle = theme.getPropertyValue(whole ? "--wire" : "--warn");
    this.#brush.lineWidth = 2;
    this.#brush.lineCap = "round";
    const pieces: [number, number][] = whole ? [[1, width - 1]] : [[1, (width - GAP) / 2], [(width + GAP) / 2, width - 1]];
    for (const [from, to] of pieces) {
      this.#brush.beginPath();
      this.#brush.moveTo(from, middle);
      this.#brush.lineTo(to, middle);
      this.#brush.stroke();
    }
  }

  #drawPacket({ direction, born }: Packet, theme: CSSStyleDeclaration, now: number, width: number, middle: number): void {
    const way = Math.min(1, Math.max(0, (now - born) / CROSSING));
    const eased = way < 0.5 ? 2 * way * way : 1 - (2 - 2 * way) ** 2 / 2;
    const x = 4 + (width - 8) * (direction === "out" ? eased : 1 - eased);
    this.#brush.fillStyle = theme.getPropertyValue(direction === "out" ? "--out" : "--in");
    this.#brush.globalAlpha = Math.min(1, 6 * way, 6 * (1 - way));
    this.#brush.beginPath();
    this.#brush.arc(x, middle, 4, 0, 2 * Math.PI);
    this.#brush.fill();
    this.#brush.globalAlpha = 1;
  }
}
