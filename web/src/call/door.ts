/**
 * The socket to the signal door. It registers when it opens, comes back after every close, and hands on what the door says.
 * A token is asked for before every attempt: it is short-lived, and a gateway that was started anew may have new keys.
 */
import { LIMITS } from "../limits";
import type { Direction } from "../cable";
import { fields, readJson, type Line } from "../types";
import { reasonOf } from "../words";
import type { CallSession } from "./session";
import { readHeard, type Heard } from "./types";

/** What the page hears from the door. */
export interface DoorEar {
  line(line: Line, reason: string): void;
  heard(heard: Heard): void;
  /** A message passed in either direction, as it is on the wire. */
  passed(direction: Direction, message: Record<string, unknown>, bytes: number): void;
}

export class Door {
  readonly #id: string;
  readonly #ear: DoorEar;
  readonly #session: () => Promise<CallSession>;
  #socket: WebSocket | null = null;
  #attempt = 0;

  constructor(id: string, session: () => Promise<CallSession>, ear: DoorEar) {
    this.#id = id;
    this.#session = session;
    this.#ear = ear;
  }

  /** Opens the socket, and again whenever it closes. */
  open(): void {
    this.#ear.line(this.#attempt === 0 ? "connecting" : "away", "");
    this.#session().then(
      (session) => this.#connect(session),
      (fault: unknown) => this.#again(reasonOf(fault)),
    );
  }

  /** Messages to a door that is closed are dropped: whoever awaits an answer is told when the line is back. */
  send(message: Record<string, unknown>): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const text = JSON.stringify(message);
    this.#socket.send(text);
    this.#ear.passed("out", message, text.length);
  }

  #connect({ url, room, token }: CallSession): void {
    const address = new URL(url);
    for (const [name, value] of Object.entries({ token, room, nodeId: this.#id })) address.searchParams.set(name, value);
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => this.send({ type: "register", nodeId: this.#id, role: "normal", serveConsumers: false, presence: true });
    socket.onmessage = ({ data }) => this.#hear(String(data));
    socket.onclose = ({ code, reason }) => this.#again(reason === "" ? `closed with ${code}` : reason);
  }

  #hear(text: string): void {
    const message = fields(readJson(text));
    if (message === null) return;
    const heard = readHeard(message);
    if (heard?.kind === "list") {
      this.#attempt = 0;
      this.#ear.line("live", "");
    }
    this.#ear.passed("in", message, text.length);
    if (heard !== null) this.#ear.heard(heard);
  }

  #again(reason: string): void {
    this.#ear.line("away", reason);
    const delay = Math.min(LIMITS.reconnectMax, 300 * 2 ** this.#attempt++) * (1 + Math.random() / 3);
    setTimeout(() => this.open(), delay);
  }
}
