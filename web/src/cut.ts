/** The button that cuts the line for a moment, so that a visitor sees what recovery does. */
import type { Cable } from "./cable";
import { el } from "./dom";
import { LIMITS } from "./limits";

export class Cut {
  readonly #button = el<HTMLButtonElement>("cut");
  readonly #label = el("cut-label");
  readonly #cable: Cable;

  constructor(cable: Cable) {
    this.#cable = cable;
    this.#button.addEventListener("click", () => this.#start());
    this.#rest();
  }

  /** Only a whole line can be cut. */
  allow(allowed: boolean): void {
    this.#button.disabled = !allowed || this.#cable.broken;
  }

  #start(): void {
    if (this.#cable.broken) return;
    const until = performance.now() + LIMITS.cutFor;
    this.#cable.cut();
    const count = (): void => {
      const left = until - performance.now();
      if (left > 0) this.#label.textContent = `Cut, back in ${(left / 1000).toFixed(1)} s`;
      else this.#end(timer);
    };
    const timer = window.setInterval(count, 100);
    count();
    document.body.toggleAttribute("data-cut", true);
    this.#button.disabled = true;
  }

  #end(timer: number): void {
    window.clearInterval(timer);
    this.#cable.mend();
    document.body.toggleAttribute("data-cut", false);
    this.#rest();
  }

  #rest(): void {
    this.#label.textContent = `Cut the line for ${LIMITS.cutFor / 1000} s`;
  }
}
