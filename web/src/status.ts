/** What is happening, in words and numbers: the state of the line, the round trip, and the counters of the strip. */
import { el } from "./dom";
import type { RoundTrip } from "./roundtrip";
import type { Line } from "./types";
import { curve, duration, milliseconds } from "./words";

const WORDS: Record<Line, string> = {
  connecting: "Connecting",
  live: "Live",
  away: "Reconnecting",
  refused: "Disconnected",
};
/** Seconds over which "per second" is an average. */
const WINDOW = 4;

export class Status {
  #line: Line = "connecting";
  #liveSince: number | null = null;
  #received = 0;
  #caughtUp = 0;
  #reconnects = 0;
  /** Signals heard in each of the last seconds, the current one last. */
  #signals: number[] = Array<number>(WINDOW + 1).fill(0);

  constructor() {
    setInterval(() => this.#second(), 1000);
    this.turn("connecting", "");
  }

  turn(line: Line, reason: string): void {
    this.#line = line;
    document.body.dataset["line"] = line;
    el("line-word").textContent = WORDS[line];
    el("line").title = reason;
    if (line === "live") this.#liveSince = performance.now();
    else this.#roundTripUnknown();
    if (line === "refused") this.refused(reason);
    this.#second(false);
  }

  /** The page cannot go on by itself: say why, and offer to start again. */
  refused(reason: string): void {
    document.body.dataset["line"] = "refused";
    el("line-word").textContent = WORDS.refused;
    el("notice-reason").textContent = reason;
    el("notice").hidden = false;
    el("again").addEventListener("click", () => location.reload(), { once: true });
  }

  received(caughtUp: boolean): void {
    el("count-received").textContent = String(++this.#received);
    if (caughtUp) el("count-caught-up").textContent = String(++this.#caughtUp);
  }

  reconnected(): void {
    el("count-reconnects").textContent = String(++this.#reconnects);
  }

  signal(): void {
    this.#signals[WINDOW]!++;
  }

  roundTrip(trip: RoundTrip): void {
    const text = trip.typical === null ? "–" : milliseconds(trip.typical);
    el("rtt").textContent = text;
    el("line-rtt").textContent = text;
    el("curve").setAttribute("points", curve(trip.trips));
  }

  #roundTripUnknown(): void {
    el("rtt").textContent = "–";
    el("line-rtt").textContent = "";
  }

  #second(passed = true): void {
    if (passed) this.#signals = [...this.#signals.slice(1), 0];
    const rate = this.#signals.slice(0, WINDOW).reduce((sum, count) => sum + count, 0) / WINDOW;
    el("rate").textContent = rate === 0 ? "0" : rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
    const since = this.#line === "live" ? this.#liveSince : null;
    el("live-for").textContent = since === null ? WORDS[this.#line] : duration(performance.now() - since);
  }
}
