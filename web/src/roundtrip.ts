/**
 * How long a signal of ours takes to the hub and back to us: published on the live channel, timed until the same
 * publication is delivered. That is what a visitor's message goes through, not a bare ping of the socket.
 */
import { LIMITS } from "./limits";

export class RoundTrip {
  #count = 0;
  #sent = new Map<number, number>();
  #trips: number[] = [];
  #lastSent = -Infinity;

  /** Milliseconds, oldest first. */
  get trips(): readonly number[] {
    return this.#trips;
  }

  /** The middle of the last few: one late frame of the page is no slow server. */
  get typical(): number | null {
    const recent = this.#trips.slice(-5).sort((a, b) => a - b);
    return recent[Math.floor(recent.length / 2)] ?? null;
  }

  /** Number for a signal that leaves at `now`. */
  leave(now: number): number {
    this.#forget(now);
    this.#sent.set(++this.#count, now);
    this.#lastSent = now;
    return this.#count;
  }

  /** A signal of our own with that number came back at `now`. Answers whether it was awaited. */
  back(count: number, now: number): boolean {
    const sent = this.#sent.get(count);
    if (sent === undefined) return false;
    this.#sent.delete(count);
    this.#trips.push(now - sent);
    if (this.#trips.length > LIMITS.roundTrips) this.#trips.shift();
    return true;
  }

  /** Nothing went out for a while: time to send one for the sake of the measurement. */
  due(now: number): boolean {
    return now - this.#lastSent >= LIMITS.echoEvery;
  }

  /** What was under way when the line broke does not come back. */
  broken(): void {
    this.#sent.clear();
  }

  #forget(now: number): void {
    for (const [count, sent] of this.#sent) {
      if (this.#sent.size < LIMITS.echoes && now - sent < LIMITS.echoFor) break;
      this.#sent.delete(count);
    }
  }
}
