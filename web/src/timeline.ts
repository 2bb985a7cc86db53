/**
 * The order of a channel: publications from history, from recovery and live ones become one list, each offset once.
 * It knows nothing of the page or of the network.
 */

export interface Placed {
  /** The server's number of the publication in this epoch, counted from 1. */
  offset: number;
}

/** What `add` did: put at the end, put between others, or seen before. */
export type Added = "appended" | "inserted" | "known";

export class Timeline<T extends Placed> {
  readonly #bound: number;
  #epoch: string | null = null;
  #entries: T[] = [];
  /** Offsets up to this one were dropped or replaced by a page: they do not come back. */
  #floor = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  get entries(): readonly T[] {
    return this.#entries;
  }

  /** Names the stream that offsets count in. A new one empties the list; answers whether it did. */
  begin(epoch: string): boolean {
    const fresh = this.#epoch !== null && this.#epoch !== epoch;
    if (fresh) {
      this.#entries = [];
      this.#floor = 0;
    }
    this.#epoch = epoch;
    return fresh;
  }

  add(entry: T): Added {
    if (entry.offset <= this.#floor) return "known";
    const place = this.#place(entry.offset);
    if (this.#entries[place]?.offset === entry.offset) return "known";
    const last = place === this.#entries.length;
    this.#entries.splice(place, 0, entry);
    this.#trim();
    return last ? "appended" : "inserted";
  }

  /**
   * Takes the newest page of history, in any order, read when the stream's top was at `top`. It replaces what was
   * known up to there; publications that came live since then stay.
   */
  load(page: readonly T[], top: number): void {
    const later = this.#entries.filter((entry) => entry.offset > top);
    this.#entries = [];
    this.#floor = 0;
    for (const entry of page) this.add(entry);
    for (const entry of later) this.add(entry);
    this.#floor = Math.max(this.#floor, (this.#entries[0]?.offset ?? 1) - 1);
  }

  #place(offset: number): number {
    let place = this.#entries.length;
    while (place > 0 && this.#entries[place - 1]!.offset >= offset) place--;
    return place;
  }

  #trim(): void {
    const excess = this.#entries.length - this.#bound;
    if (excess > 0) this.#floor = this.#entries.splice(0, excess)[excess - 1]!.offset;
  }
}
