/** The messages of the signal door as they pass, the latest at the end. Each unfolds to what it is on the wire. */
import type { Direction } from "../cable";
import { el, make } from "../dom";
import { LIMITS } from "../limits";
import { fields } from "../types";
import { plural } from "../words";
import { readPeer } from "./types";

export class Tape {
  readonly #list = el("tape");
  readonly #scroll = el("tape-scroll");
  readonly #began = performance.now();
  #last: Run | null = null;
  #count = 0;
  #bytes = 0;

  add(direction: Direction, message: Record<string, unknown>, bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
    const atEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 40;
    if (this.#last?.takes(direction, message) !== true) {
      this.#last = new Run(direction, message, performance.now() - this.#began);
      this.#list.append(this.#last.item);
    }
    this.#last.add(message, bytes);
    while (this.#list.children.length > LIMITS.tape) this.#list.firstElementChild!.remove();
    if (atEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight;
    el("tape-empty").hidden = true;
    el("tape-count").textContent = `${plural(this.#count, "message")}, ${(this.#bytes / 1000).toFixed(1)} kB`;
  }
}

/** Messages of one type between the same two that follow each other: one line, however many candidates there are. */
class Run {
  readonly item = make("li", "signal");
  readonly #key: string;
  readonly #direction: Direction;
  readonly #about = make("span", "about");
  readonly #times = make("span", "times");
  readonly #raw = make("div", "raws");
  readonly #details = new Set<string>();
  #count = 0;

  constructor(direction: Direction, message: Record<string, unknown>, age: number) {
    this.#direction = direction;
    this.#key = keyOf(direction, message);
    const type = String(message["type"]);
    Object.assign(this.item.dataset, { direction, type });
    const arrow = make("span", "arrow", direction === "out" ? "↑" : "↓");
    arrow.title = direction === "out" ? "to the door" : "from the door";
    const line = make("summary", "signal-line");
    line.append(arrow, make("span", "type", type), this.#about, this.#times, make("time", "when", `${(age / 1000).toFixed(2)} s`));
    const fold = make("details", "fold");
    fold.append(line, this.#raw);
    this.item.append(fold);
  }

  takes(direction: Direction, message: Record<string, unknown>): boolean {
    return this.#count < LIMITS.tapeRun && keyOf(direction, message) === this.#key;
  }

  add(message: Record<string, unknown>, bytes: number): void {
    this.#count += 1;
    this.#details.add(detail(message));
    this.#about.textContent = about(this.#direction, message, [...this.#details].filter((one) => one !== "").join(" "));
    this.#times.textContent = this.#count > 1 ? `×${this.#count}` : "";
    this.item.dataset["count"] = String(this.#count);
    const text = JSON.stringify(message, null, 2).slice(0, LIMITS.tapeChars);
    this.#raw.append(make("pre", "raw", text), make("p", "size", plural(bytes, "byte")));
  }
}

function keyOf(direction: Direction, message: Record<string, unknown>): string {
  return JSON.stringify([direction, message["type"], message["to"], message["from"], message["peer"]]);
}

/** What a message is about, in a few words. */
function about(direction: Direction, message: Record<string, unknown>, details: string): string {
  const peer = readPeer(message[direction === "out" ? "to" : "from"] ?? message["peer"])?.name;
  if (peer !== undefined) return [direction === "out" ? `to ${peer}` : peer, details].filter((part) => part !== "").join(", ");
  if (Array.isArray(message["peers"])) return message["peers"].length === 0 ? "nobody else is here" : `${message["peers"].length} here`;
  return typeof message["message"] === "string" ? message["message"] : "";
}

function detail(message: Record<string, unknown>): string {
  if (typeof message["over"] === "string") return message["over"];
  const candidate = fields(message["candidate"])?.["candidate"];
  if (typeof candidate !== "string") return "";
  return candidate === "" ? "no more" : (/ typ (\w+)/.exec(candidate)?.[1] ?? "");
}
