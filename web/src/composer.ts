/** Where a message is written: Enter sends, Shift+Enter starts a line, and the length is bounded. */
import { el } from "./dom";
import { LIMITS } from "./limits";

export class Composer {
  readonly #form = el<HTMLFormElement>("compose");
  readonly #text = el<HTMLTextAreaElement>("compose-text");
  readonly #left = el("compose-left");
  /** Takes the text over; answers false when it cannot. */
  readonly #send: (text: string) => boolean;
  readonly #writing: (writing: boolean) => void;

  constructor(send: (text: string) => boolean, writing: (writing: boolean) => void) {
    this.#send = send;
    this.#writing = writing;
    this.#text.maxLength = LIMITS.chatChars;
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (event) => {
      // While an input method composes, Enter chooses a candidate.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      this.#submit(event);
    });
    this.#changed();
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (text === "" || !this.#send(text)) return;
    this.#text.value = "";
    this.#grow();
    this.#text.focus();
  }

  #changed(): void {
    this.#writing(this.#text.value.trim() !== "");
    this.#grow();
  }

  #grow(): void {
    const left = LIMITS.chatChars - this.#text.value.length;
    this.#left.textContent = left < LIMITS.chatWarn ? String(left) : "";
    el<HTMLButtonElement>("compose-send").disabled = this.#text.value.trim() === "";
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }
}
