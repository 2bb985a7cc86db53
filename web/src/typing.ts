/** Who is typing: our own keys become a signal now and then, those of others a line that forgets by itself. */
import { el } from "./dom";
import { LIMITS } from "./limits";
import type { Person } from "./types";
import { typingSentence } from "./words";

interface Typist {
  person: Person;
  timer: number;
}

export class Typing {
  readonly #line = el("typing");
  readonly #tell: (on: boolean) => void;
  readonly #changed: (users: ReadonlySet<string>) => void;
  readonly #typists = new Map<string, Typist>();
  #toldAt = -Infinity;

  constructor(tell: (on: boolean) => void, changed: (users: ReadonlySet<string>) => void) {
    this.#tell = tell;
    this.#changed = changed;
  }

  /** The composer changed: there is text in it, or no longer. */
  own(writing: boolean): void {
    const now = performance.now();
    if (writing && now - this.#toldAt < LIMITS.typingEvery) return;
    if (!writing && this.#toldAt === -Infinity) return;
    this.#toldAt = writing ? now : -Infinity;
    this.#tell(writing);
  }

  /** A message takes the indicator away by itself; nothing needs to be said. */
  sent(): void {
    this.#toldAt = -Infinity;
  }

  other(person: Person, on: boolean): void {
    this.#drop(person.user);
    if (on && this.#typists.size < LIMITS.clients) {
      const timer = window.setTimeout(() => this.stop(person.user), LIMITS.typingFor);
      this.#typists.set(person.user, { person, timer });
    }
    this.#draw();
  }

  /** That person sent his message, or left. */
  stop(user: string): void {
    if (this.#drop(user)) this.#draw();
  }

  clear(): void {
    for (const user of [...this.#typists.keys()]) this.#drop(user);
    this.#draw();
  }

  #drop(user: string): boolean {
    window.clearTimeout(this.#typists.get(user)?.timer);
    return this.#typists.delete(user);
  }

  #draw(): void {
    const names = [...this.#typists.values()].map(({ person }) => person.name);
    this.#line.textContent = typingSentence(names);
    this.#line.toggleAttribute("data-on", names.length > 0);
    this.#changed(new Set(this.#typists.keys()));
  }
}
