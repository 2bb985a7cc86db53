/** The numbers of a call: how long, how fast, by which path, and how many messages went past the gateway. */
import { el } from "../dom";
import type { RoundTrip } from "../roundtrip";
import { curve, duration, milliseconds } from "../words";

export class Strip {
  #since: number | null = null;
  #direct = 0;

  constructor() {
    setInterval(() => this.#second(), 1000);
  }

  begin(): void {
    this.#since = performance.now();
    this.#direct = 0;
    el("count-direct").textContent = "0";
    this.#second();
  }

  end(): void {
    this.#since = null;
    el("rtt").textContent = "–";
    el("path").textContent = "–";
    el("curve").setAttribute("points", "");
    this.#second();
  }

  passed(): void {
    el("count-direct").textContent = String(++this.#direct);
  }

  roundTrip(trip: RoundTrip): void {
    el("rtt").textContent = trip.typical === null ? "–" : milliseconds(trip.typical);
    el("curve").setAttribute("points", curve(trip.trips));
  }

  path(path: { here: string; there: string } | null): void {
    el("path").textContent = path === null ? "–" : `${path.here} to ${path.there}`;
  }

  #second(): void {
    el("call-for").textContent = this.#since === null ? "–" : duration(performance.now() - this.#since);
  }
}
