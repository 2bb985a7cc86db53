/**
 * The WebSocket with a switch in it. The client library opens its sockets through `Socket`; `cut` breaks the open one
 * the way a lost network does (no close handshake seen, code 1006) and lets no new one through until the time is over.
 * The library is not told that this is a drill: what follows is its ordinary reconnect and recovery.
 */

export type Direction = "in" | "out";

type Heard<E> = ((event: E) => void) | null;

export class Cable {
  /** To be passed as the library's WebSocket constructor. */
  readonly Socket: new (url: string) => CableSocket;
  /** Called once for every frame that passes. */
  onframe: ((direction: Direction) => void) | null = null;
  #broken = false;
  #open = new Set<CableSocket>();

  constructor() {
    const cable = this;
    this.Socket = class extends CableSocket {
      constructor(url: string) {
        super(url, cable);
      }
    };
  }

  get broken(): boolean {
    return this.#broken;
  }

  cut(): void {
    this.#broken = true;
    for (const socket of [...this.#open]) socket.snap();
  }

  mend(): void {
    this.#broken = false;
  }

  attach(socket: CableSocket): void {
    this.#open.add(socket);
  }

  detach(socket: CableSocket): void {
    this.#open.delete(socket);
  }
}

/** The part of WebSocket that the library uses, with text frames. */
export class CableSocket {
  onopen: Heard<Event> = null;
  onmessage: Heard<MessageEvent> = null;
  onerror: Heard<Event> = null;
  onclose: Heard<CloseEvent> = null;
  readonly #cable: Cable;
  #socket: WebSocket | null = null;

  constructor(url: string, cable: Cable) {
    this.#cable = cable;
    cable.attach(this);
    if (cable.broken) setTimeout(() => this.snap());
    else this.#socket = this.#connect(url);
  }

  send(data: string): void {
    this.#cable.onframe?.("out");
    this.#socket?.send(data);
  }

  close(): void {
    if (this.#socket === null) this.snap();
    else this.#socket.close();
  }

  /** The line is gone from one moment to the next. */
  snap(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
      socket.close();
    }
    this.#cable.detach(this);
    const heard = this.onclose;
    this.onclose = null;
    heard?.(new CloseEvent("close", { code: 1006, reason: "line cut", wasClean: false }));
  }

  #connect(url: string): WebSocket {
    const socket = new WebSocket(url);
    socket.onopen = (event) => this.onopen?.(event);
    socket.onerror = (event) => this.onerror?.(event);
    socket.onmessage = (event: MessageEvent) => {
      this.#cable.onframe?.("in");
      this.onmessage?.(event);
    };
    socket.onclose = (event) => {
      this.#cable.detach(this);
      this.onclose?.(event);
    };
    return socket;
  }
}
