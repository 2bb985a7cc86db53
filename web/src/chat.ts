/** The conversation: what was said in order, what is on its way, and a seam where the line was away. */
import { hueOf, initials } from "./colour";
import { el, make, tint } from "./dom";
import { LIMITS } from "./limits";
import { Timeline } from "./timeline";
import type { Entry, Said } from "./types";
import { plural } from "./words";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
/** Messages of one person closer together than this share one heading. */
const TOGETHER = 5 * 60_000;
/** Within this many pixels of the end the reader follows the conversation. */
const NEAR_END = 80;

export class Chat {
  readonly #timeline = new Timeline<Entry>(LIMITS.timeline);
  readonly #log = el("log");
  readonly #list = el("messages");
  readonly #unsentList = el("unsent");
  readonly #unread = el<HTMLButtonElement>("unread");
  readonly #me: string;
  readonly #unsent = new Map<string, HTMLElement>();
  #following = true;
  #behind = 0;
  #seam: HTMLElement | null = null;

  constructor(me: string) {
    this.#me = me;
    this.#log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#unread.addEventListener("click", () => this.#follow());
    new ResizeObserver(() => this.#following && this.#follow()).observe(this.#log);
  }

  epoch(epoch: string): void {
    if (this.#timeline.begin(epoch)) this.#redraw();
  }

  history(page: readonly Entry[], top: number): void {
    this.#timeline.load(page, top);
    this.#redraw();
  }

  said(entry: Entry, caughtUp: boolean): void {
    const added = this.#timeline.add(entry);
    if (added === "known") return;
    if (entry.from.user === this.#me) this.arrived(entry.id);
    if (added === "inserted") return this.#redraw();
    this.#append(entry, this.#timeline.entries.at(-2));
    this.#list.lastElementChild?.toggleAttribute("data-caught-up", caughtUp);
    this.#grown(entry.from.user === this.#me);
  }

  /** The line is back: a seam between what was here and what follows. */
  back(away: number, recovered: boolean): void {
    const seconds = (away / 1000).toFixed(1);
    this.#seam = make("li", "seam", recovered ? `Away for ${seconds} s` : `Away for ${seconds} s, history loaded again`);
    this.#list.append(this.#seam);
    this.#grown(false);
  }

  caughtUp(count: number): void {
    if (this.#seam === null) return;
    this.#seam.dataset["caughtUp"] = String(count);
    this.#seam.textContent = `Reconnected, ${count === 0 ? "nothing missed" : plural(count, "message") + " caught up"}`;
    this.#seam = null;
  }

  historyFailed(reason: string): void {
    this.#list.prepend(make("li", "seam", `History is not available: ${reason}`));
  }

  /** Shows an own message before the server has it. Answers whether there is room for one more. */
  sending(said: Said): boolean {
    if (this.#unsent.size >= LIMITS.unsent) return false;
    const item = make("li", "msg mine waiting");
    item.append(bubble(said.text), make("span", "note", "sending…"));
    this.#unsent.set(said.id, item);
    this.#unsentList.append(item);
    this.#grown(true);
    return true;
  }

  /** Whether that message has not come back from the server yet. */
  awaits(id: string): boolean {
    return this.#unsent.has(id);
  }

  /** The server did not take it; `again` tries once more. */
  failed(id: string, reason: string, again: () => void): void {
    const item = this.#unsent.get(id);
    if (item === undefined) return;
    item.classList.add("failed");
    const retry = make("button", "retry", "Try again");
    retry.addEventListener("click", () => {
      item.classList.remove("failed");
      item.lastElementChild!.replaceWith(make("span", "note", "sending…"));
      again();
    });
    const note = make("span", "note", `Not sent: ${reason}. `);
    note.append(retry);
    item.lastElementChild!.replaceWith(note);
  }

  arrived(id: string): void {
    this.#unsent.get(id)?.remove();
    this.#unsent.delete(id);
  }

  #redraw(): void {
    // A rebuilt log is no news: assistive technology should not read it all out.
    this.#log.setAttribute("aria-live", "off");
    this.#list.replaceChildren();
    let before: Entry | undefined;
    for (const entry of this.#timeline.entries) {
      this.#append(entry, before);
      if (entry.from.user === this.#me) this.arrived(entry.id);
      before = entry;
    }
    if (this.#seam !== null) this.#list.append(this.#seam);
    this.#seam = null;
    el("empty").hidden = this.#timeline.entries.length > 0;
    if (this.#following) this.#follow();
    setTimeout(() => this.#log.setAttribute("aria-live", "polite"));
  }

  #append(entry: Entry, before: Entry | undefined): void {
    const mine = entry.from.user === this.#me;
    const together = before?.from.user === entry.from.user && entry.at - before.at < TOGETHER && !this.#afterSeam();
    const item = make("li", mine ? "msg mine" : "msg");
    item.dataset["offset"] = String(entry.offset);
    item.classList.toggle("together", together);
    tint(item, hueOf(entry.from.user, entry.from.name));
    if (!together) item.append(...heading(entry, mine));
    item.append(bubble(entry.text));
    this.#list.append(item);
    this.#trim();
    el("empty").hidden = true;
  }

  #afterSeam(): boolean {
    return this.#list.lastElementChild?.classList.contains("seam") ?? false;
  }

  #trim(): void {
    // Seams count too: a line that keeps breaking does not grow the page.
    while (this.#list.childElementCount > LIMITS.timeline) this.#list.firstElementChild!.remove();
  }

  #grown(own: boolean): void {
    if (this.#following || own) return this.#follow();
    this.#behind++;
    this.#unread.hidden = false;
    this.#unread.textContent = `${this.#behind} new`;
  }

  #follow(): void {
    this.#following = true;
    this.#behind = 0;
    this.#unread.hidden = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (this.#following) {
      this.#behind = 0;
      this.#unread.hidden = true;
    }
  }
}

function heading({ from, at }: Entry, mine: boolean): HTMLElement[] {
  const head = make("p", "head");
  head.append(make("span", "who", mine ? "You" : from.name));
  if (at > 0) {
    const time = make("time", "when", clock.format(at));
    time.dateTime = new Date(Math.min(at, 8.64e15)).toISOString();
    head.append(time);
  }
  if (mine) return [head];
  const avatar = make("span", "avatar", initials(from.name));
  avatar.setAttribute("aria-hidden", "true");
  return [avatar, head];
}

function bubble(text: string): HTMLElement {
  return make("p", "text", text);
}
