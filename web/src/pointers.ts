/** The cursors of the others: each follows the points its owner sends, a moment behind, and leaves with him. */
import { hueOf } from "./colour";
import { el, make, stamp, tint } from "./dom";
import { LIMITS } from "./limits";
import type { Person, Point } from "./types";

interface Cursor {
  element: HTMLElement;
  hue: number;
  at: Point;
  /** Points still to be walked through; a line is drawn to those of a pressed pointer. */
  ahead: { point: Point; drawing: boolean }[];
  heardAt: number;
}

export class Pointers {
  readonly #layer = el("cursors");
  readonly #cursors = new Map<string, Cursor>();
  readonly #line: (from: Point, to: Point, hue: number) => void;
  #own: HTMLElement | null = null;
  #frame = 0;
  #lastFrame = 0;

  constructor(line: (from: Point, to: Point, hue: number) => void) {
    this.#line = line;
    setInterval(() => this.#dropIdle(), LIMITS.pointerIdle / 4);
  }

  move(person: Person, points: readonly Point[], drawing: boolean): void {
    const cursor = this.#cursors.get(person.client) ?? this.#enter(person, points[0]!);
    if (cursor === null) return;
    cursor.heardAt = performance.now();
    cursor.ahead.push(...points.map((point) => ({ point, drawing })));
    cursor.ahead.splice(0, cursor.ahead.length - LIMITS.pointerQueue);
    this.#run();
  }

  remove(client: string): void {
    this.#cursors.get(client)?.element.remove();
    this.#cursors.delete(client);
  }

  /** Keeps only the cursors of those who are here. */
  keep(here: (client: string) => boolean): void {
    for (const client of this.#cursors.keys()) if (!here(client)) this.remove(client);
  }

  clear(): void {
    this.keep(() => false);
  }

  /** The visitor's own cursor, shown only while he steers it with the keyboard. */
  own(at: Point | null, hue: number): void {
    if (at === null) {
      this.#own?.remove();
      this.#own = null;
      return;
    }
    if (this.#own === null) {
      this.#own = draw("You", hue);
      this.#layer.append(this.#own);
    }
    place(this.#own, at);
  }

  #enter(person: Person, at: Point): Cursor | null {
    if (this.#cursors.size >= LIMITS.pointers) return null;
    const hue = hueOf(person.user, person.name);
    const element = draw(person.name, hue);
    element.dataset["client"] = person.client;
    element.dataset["user"] = person.user;
    place(element, at);
    this.#layer.append(element);
    const cursor = { element, hue, at, ahead: [], heardAt: performance.now() };
    this.#cursors.set(person.client, cursor);
    return cursor;
  }

  #run(): void {
    if (this.#frame !== 0) return;
    this.#lastFrame = performance.now();
    const step = (now: number): void => {
      const passed = now - this.#lastFrame;
      this.#lastFrame = now;
      let walking = false;
      for (const cursor of this.#cursors.values()) walking = this.#walk(cursor, passed) || walking;
      this.#frame = walking ? requestAnimationFrame(step) : 0;
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** As many points as keep the cursor one signal behind its owner. Answers whether more are waiting. */
  #walk(cursor: Cursor, passed: number): boolean {
    if (cursor.ahead.length === 0) return false;
    const count = Math.max(1, Math.ceil((cursor.ahead.length * passed) / LIMITS.pointerEvery));
    for (const { point, drawing } of cursor.ahead.splice(0, count)) {
      if (drawing) this.#line(cursor.at, point, cursor.hue);
      cursor.at = point;
    }
    place(cursor.element, cursor.at);
    return cursor.ahead.length > 0;
  }

  #dropIdle(): void {
    const since = performance.now() - LIMITS.pointerIdle;
    for (const [client, cursor] of this.#cursors) if (cursor.heardAt < since) this.remove(client);
  }
}

function draw(name: string, hue: number): HTMLElement {
  const element = stamp("cursor");
  tint(element, hue);
  element.append(make("span", "cursor-name", name));
  return element;
}

function place(element: HTMLElement, at: Point): void {
  element.style.setProperty("--x", (at.x * 100).toFixed(2));
  element.style.setProperty("--y", (at.y * 100).toFixed(2));
}
