/** What the stage shows: whom to call, that it rings, or the call itself with its videos. */
import { hueOf, initials } from "../colour";
import { el, make, tint } from "../dom";
import { LIMITS } from "../limits";
import type { Person } from "../types";
import type { Phase } from "./phase";

/** What a visitor can ask for on the stage. */
export interface Wishes {
  call(peer: Person, video: boolean): void;
  pickUp(video: boolean): void;
  hangUp(): void;
}

export class Stage {
  readonly #wishes: Wishes;
  readonly #buttons = new Map<string, HTMLElement>();

  constructor(wishes: Wishes) {
    this.#wishes = wishes;
    el("answer").addEventListener("click", () => wishes.pickUp(false));
    el("answer-video").addEventListener("click", () => wishes.pickUp(true));
    for (const id of ["decline", "cancel", "hang-up"]) el(id).addEventListener("click", () => wishes.hangUp());
  }

  /** Those who can be called, in the order in which they came. */
  offerTo(peers: readonly Person[]): void {
    const shown = peers.slice(0, LIMITS.callable);
    const keep = new Set(shown.map(({ client }) => client));
    for (const [client, row] of this.#buttons) {
      if (keep.has(client)) continue;
      row.remove();
      this.#buttons.delete(client);
    }
    el("callable").append(...shown.map((peer) => this.#row(peer)));
  }

  turn(phase: Phase): void {
    document.body.dataset["phase"] = phase.at;
    el<HTMLButtonElement>("hang-up").disabled = phase.at !== "talking";
    if (phase.at !== "talking") {
      this.show("theirs", null);
      this.show("mine", null);
    }
    if (phase.at === "idle") return;
    const { peer } = phase;
    el("theirs").dataset["user"] = peer.client;
    for (const name of document.querySelectorAll("[data-peer-name]")) name.textContent = peer.name;
    for (const face of document.querySelectorAll<HTMLElement>("[data-peer-face]")) {
      face.textContent = initials(peer.name);
      tint(face, hueOf(peer.user, peer.name));
    }
    el("ringing-with").textContent = phase.at === "ringing" && phase.offer.video ? "with video" : "";
  }

  /** Shows a stream in that tile, or the face again. */
  show(tile: "theirs" | "mine", stream: MediaStream | null): void {
    const figure = el(tile);
    const video = figure.querySelector("video")!;
    figure.toggleAttribute("data-video", stream !== null);
    video.srcObject = stream;
  }

  #row(peer: Person): HTMLElement {
    const known = this.#buttons.get(peer.client);
    if (known !== undefined) return known;
    const row = make("li", "callable");
    row.dataset["user"] = peer.client;
    const face = make("span", "avatar", initials(peer.name));
    face.setAttribute("aria-hidden", "true");
    tint(face, hueOf(peer.user, peer.name));
    row.append(face, make("span", "callable-name", peer.name), this.#button(peer, false), this.#button(peer, true));
    this.#buttons.set(peer.client, row);
    return row;
  }

  #button(peer: Person, video: boolean): HTMLElement {
    const button = make("button", video ? "button" : "button primary", video ? "With video" : "Call");
    button.type = "button";
    button.setAttribute("aria-label", `Call ${peer.name}${video ? " with video" : ""}`);
    button.addEventListener("click", () => this.#wishes.call(peer, video));
    return button;
  }
}
