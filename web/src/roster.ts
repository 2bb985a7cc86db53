/** Who is here: connections by id, grouped into people. Pure; the page's view of it is people.ts. */
import type { Person } from "./types";

/** A visitor with all his connections. */
export interface Guest {
  user: string;
  name: string;
  tabs: number;
}

export class Roster {
  readonly #bound: number;
  #clients = new Map<string, Person>();
  /** Joins and leaves since a list was asked for, in order: newer than that list. Null when none is on its way. */
  #news: { person: Person; here: boolean }[] | null = null;

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Answers true when the person was not here with any connection before. */
  join(person: Person): boolean {
    this.#news?.push({ person, here: true });
    return this.#enter(person);
  }

  /** Answers true when the person has no connection left. */
  leave(person: Person): boolean {
    this.#news?.push({ person, here: false });
    return this.#clients.delete(person.client) && !this.#holds(person.user);
  }

  /** From now on news is remembered, because the list on its way may be older. */
  expect(): void {
    this.#news = [];
  }

  /** The server's list, corrected by the news that came while it was on its way. */
  replace(list: readonly Person[]): void {
    this.#clients = new Map();
    for (const person of list) this.#enter(person);
    for (const { person, here } of this.#news ?? []) {
      if (here) this.#enter(person);
      else this.#clients.delete(person.client);
    }
    this.#news = null;
  }

  has(client: string): boolean {
    return this.#clients.has(client);
  }

  /** People in the order of their names, `me` first. */
  guests(me: string): Guest[] {
    const guests = new Map<string, Guest>();
    for (const { user, name } of this.#clients.values()) {
      const guest = guests.get(user) ?? { user, name, tabs: 0 };
      guests.set(user, { ...guest, tabs: guest.tabs + 1 });
    }
    return [...guests.values()].sort(
      (a, b) => Number(b.user === me) - Number(a.user === me) || a.name.localeCompare(b.name) || (a.user < b.user ? -1 : 1),
    );
  }

  #enter(person: Person): boolean {
    if (this.#clients.size >= this.#bound && !this.#clients.has(person.client)) return false;
    const fresh = !this.#holds(person.user);
    this.#clients.set(person.client, person);
    return fresh;
  }

  #holds(user: string): boolean {
    for (const person of this.#clients.values()) if (person.user === user) return true;
    return false;
  }
}
