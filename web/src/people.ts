/** Who is here: a row of people that follows joins and leaves, and a line that tells the latest. */
import { hueOf, initials } from "./colour";
import { el, make, tint } from "./dom";
import { LIMITS } from "./limits";
import { Roster, type Guest } from "./roster";
import type { Person } from "./types";

export class People {
  readonly #roster = new Roster(LIMITS.clients);
  readonly #list = el("people");
  readonly #news = el("people-news");
  readonly #chips = new Map<string, HTMLElement>();
  readonly #me: string;
  #newsTimer = 0;
  #typing: ReadonlySet<string> = new Set();

  constructor(me: string) {
    this.#me = me;
  }

  expect(): void {
    this.#roster.expect();
  }

  replace(people: readonly Person[]): void {
    this.#roster.replace(people);
    this.#draw();
  }

  joined(person: Person): void {
    if (this.#roster.join(person)) this.#tell(person, "came in");
    this.#draw();
  }

  left(person: Person): void {
    if (this.#roster.leave(person)) this.#tell(person, "left");
    this.#draw();
  }

  has(client: string): boolean {
    return this.#roster.has(client);
  }

  typing(users: ReadonlySet<string>): void {
    this.#typing = users;
    for (const [user, chip] of this.#chips) chip.toggleAttribute("data-typing", users.has(user));
  }

  #tell({ user, name }: Person, what: string): void {
    if (user === this.#me) return;
    this.#news.textContent = `${name} ${what}`;
    window.clearTimeout(this.#newsTimer);
    this.#newsTimer = window.setTimeout(() => (this.#news.textContent = ""), LIMITS.newsFor);
  }

  #draw(): void {
    const guests = this.#roster.guests(this.#me);
    const shown = guests.slice(0, LIMITS.avatars);
    const keep = new Set(shown.map((guest) => guest.user));
    for (const [user, chip] of this.#chips) {
      if (keep.has(user)) continue;
      chip.remove();
      this.#chips.delete(user);
    }
    this.#list.prepend(...shown.map((guest) => this.#chip(guest)));
    const rest = el("people-rest");
    rest.hidden = guests.length <= shown.length;
    rest.textContent = `+${guests.length - shown.length}`;
    el("people-count").textContent = String(guests.length);
    document.body.toggleAttribute("data-alone", guests.length < 2);
  }

  #chip(guest: Guest): HTMLElement {
    const known = this.#chips.get(guest.user);
    const chip = known ?? this.#newChip(guest);
    const self = guest.user === this.#me;
    const tabs = guest.tabs > 1 ? ` ×${guest.tabs}` : "";
    chip.querySelector(".chip-name")!.textContent = (self ? "You" : guest.name) + tabs;
    return chip;
  }

  #newChip(guest: Guest): HTMLElement {
    const chip = make("li", guest.user === this.#me ? "chip chip-me" : "chip");
    chip.dataset["user"] = guest.user;
    chip.title = guest.name;
    tint(chip, hueOf(guest.user, guest.name));
    const avatar = make("span", "avatar", initials(guest.name));
    avatar.setAttribute("aria-hidden", "true");
    chip.append(avatar, make("span", "chip-name"), make("span", "dots"));
    chip.toggleAttribute("data-typing", this.#typing.has(guest.user));
    this.#chips.set(guest.user, chip);
    return chip;
  }
}
