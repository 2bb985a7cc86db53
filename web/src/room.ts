/**
 * The connection and its two subscriptions: the room (presence, chat with history and recovery) and the live channel
 * (pointers, typing; nothing is kept). It turns what the client library reports into the few events that the page is
 * made of, and knows nothing of the page.
 */
import { Centrifuge, type PublicationContext, type SubscribedContext, type Subscription } from "centrifuge";
import { Cable } from "./cable";
import { LIMITS } from "./limits";
import { RoundTrip } from "./roundtrip";
import { freshToken, type Session } from "./session";
import { readPerson, readSaid, readSignal, writeSignal, type Entry, type Line, type Person, type Said, type Signal } from "./types";
import { reasonOf } from "./words";

/** Close code of a gateway that does not accept the token. */
const INVALID_TOKEN = 3500;

/** What the page hears from the room. */
export interface Ear {
  line(line: Line, reason: string): void;
  /** Offsets count in the stream of that name from now on. */
  epoch(epoch: string): void;
  /** The newest page of history, in any order, and the stream's top when it was read. */
  history(page: Entry[], top: number): void;
  historyFailed(reason: string): void;
  /** A publication: live, or missed while the line was away. */
  said(entry: Entry, caughtUp: boolean): void;
  /** The line is back after `away` ms; missed publications follow if the stream could be recovered. */
  back(away: number, recovered: boolean): void;
  /** All missed publications were delivered. */
  caughtUp(count: number): void;
  /** A presence list has been asked for; `present` will follow unless the line breaks. */
  presenceAsked(): void;
  present(people: Person[]): void;
  joined(person: Person): void;
  left(person: Person): void;
  signal(signal: Signal, from: Person): void;
  roundTrip(trip: RoundTrip): void;
}

export class Room {
  readonly cable = new Cable();
  readonly #ear: Ear;
  readonly #session: Session;
  readonly #client: Centrifuge;
  readonly #room: Subscription;
  readonly #live: Subscription;
  readonly #trip = new RoundTrip();
  /** Id of this connection. */
  #self = "";
  #line: Line = "connecting";
  #awaySince: number | null = null;
  #historyLoaded = false;
  #presenceAsked = false;
  #renewedAt = -Infinity;
  /** Publications that are being caught up, from `subscribed` until the library has delivered them all. */
  #catching: number | null = null;

  constructor(session: Session, ear: Ear) {
    this.#ear = ear;
    this.#session = session;
    this.#client = new Centrifuge(session.url, {
      token: session.token,
      getToken: () => freshToken(session.user),
      name: "vestibule-demo",
      websocket: this.cable.Socket,
      minReconnectDelay: 300,
      maxReconnectDelay: LIMITS.reconnectMax,
    });
    this.#room = this.#client.newSubscription(session.channels.room);
    this.#live = this.#client.newSubscription(session.channels.live);
    this.#listen();
  }

  get line(): Line {
    return this.#line;
  }

  open(): void {
    this.#room.subscribe();
    this.#live.subscribe();
    this.#client.connect();
    setInterval(() => this.#tick(), LIMITS.echoEvery / 2);
    setInterval(() => this.#line === "live" && void this.#askPresence(), LIMITS.presenceEvery);
  }

  /**
   * Resolves when the server has taken the message; waits for the line if it is away. A message whose answer was lost
   * with the line goes out again unless recovery brought it back meanwhile, which `wanted` tells.
   */
  async say(said: Said, wanted: () => boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#room.ready();
      if (!wanted()) return;
      try {
        await this.#room.publish(said);
        return;
      } catch (fault) {
        if (this.#line === "live" || attempt === LIMITS.sayTries) throw fault;
      }
    }
  }

  /** Signals are for now or never: without a line they are dropped. */
  signal(signal: Signal): void {
    if (this.#line !== "live" || this.#live.state !== "subscribed") return;
    const count = this.#trip.leave(performance.now());
    this.#live.publish(writeSignal(signal, count)).catch(() => undefined);
  }

  #listen(): void {
    this.#client.on("connecting", ({ code, reason }) => this.#turn(code === 0 ? "connecting" : "away", reason));
    this.#client.on("connected", ({ client }) => (this.#self = client));
    this.#client.on("disconnected", ({ code, reason }) => void this.#disconnected(code, reason));
    this.#room.on("subscribing", ({ reason }) => this.#line === "live" && this.#turn("away", reason));
    this.#room.on("subscribed", (context) => this.#subscribed(context));
    this.#room.on("unsubscribed", ({ reason }) => this.#turn("refused", reason));
    this.#room.on("publication", (publication) => this.#published(publication));
    this.#room.on("join", ({ info }) => this.#person(info, (person) => this.#ear.joined(person)));
    this.#room.on("leave", ({ info }) => this.#person(info, (person) => this.#ear.left(person)));
    this.#live.on("subscribed", () => this.signal({ kind: "echo" }));
    this.#live.on("publication", (publication) => this.#signalled(publication));
  }

  #turn(line: Line, reason: string): void {
    if (line !== "live") {
      if (this.#line === "live") this.#awaySince = performance.now();
      this.#trip.broken();
    }
    this.#line = line;
    this.#ear.line(line, reason);
  }

  /** A gateway that was started anew may have new keys: a token of before is worth one more try with a fresh one. */
  async #disconnected(code: number, reason: string): Promise<void> {
    if (code !== INVALID_TOKEN || performance.now() - this.#renewedAt < LIMITS.renewEvery) return this.#turn("refused", reason);
    this.#renewedAt = performance.now();
    this.#turn("away", reason);
    try {
      this.#client.setToken(await freshToken(this.#session.user));
      this.#client.connect();
    } catch (fault) {
      this.#turn("refused", reasonOf(fault));
    }
  }

  #subscribed(context: SubscribedContext): void {
    this.#ear.epoch(context.streamPosition?.epoch ?? "");
    this.#turn("live", "");
    const recovered = context.wasRecovering && context.recovered;
    if (this.#awaySince !== null) {
      this.#ear.back(performance.now() - this.#awaySince, recovered);
      this.#awaySince = null;
    }
    if (recovered) this.#catchUp();
    if (!recovered || !this.#historyLoaded) void this.#loadHistory();
    void this.#askPresence();
  }

  /** The library delivers what was missed right after `subscribed`, before anything else can run. */
  #catchUp(): void {
    this.#catching = 0;
    queueMicrotask(() => {
      const count = this.#catching ?? 0;
      this.#catching = null;
      this.#ear.caughtUp(count);
    });
  }

  #published(publication: PublicationContext): void {
    const entry = this.#entry(publication);
    if (this.#catching !== null) this.#catching++;
    if (entry !== null) this.#ear.said(entry, this.#catching !== null);
  }

  #entry({ data, info, offset }: PublicationContext): Entry | null {
    const said = readSaid(data);
    if (said === null || offset === undefined) return null;
    // A publication without a publisher came in through the server's own API.
    return { ...said, offset, from: readPerson(info) ?? { client: "", user: "", name: "Server" } };
  }

  async #loadHistory(attempt = 1): Promise<void> {
    this.#historyLoaded = false;
    try {
      const { publications, offset } = await this.#room.history({ limit: LIMITS.historyPage, reverse: true });
      this.#historyLoaded = true;
      this.#ear.history(publications.map((one) => this.#entry(one)).filter((one) => one !== null), offset);
    } catch (fault) {
      // While the line is away there is nothing to ask; the next `subscribed` asks again.
      if (this.#line !== "live") return;
      if (attempt < LIMITS.historyTries) setTimeout(() => void this.#loadHistory(attempt + 1), 500 * 2 ** attempt);
      else this.#ear.historyFailed(reasonOf(fault));
    }
  }

  async #askPresence(): Promise<void> {
    if (this.#presenceAsked) return;
    this.#presenceAsked = true;
    this.#ear.presenceAsked();
    try {
      const { clients } = await this.#room.presence();
      this.#ear.present(Object.values(clients).map(readPerson).filter((one) => one !== null));
    } catch {
      // The line broke, and the next `subscribed` asks again; or the list stays what joins and leaves make of it.
    } finally {
      this.#presenceAsked = false;
    }
  }

  #person(info: unknown, tell: (person: Person) => void): void {
    const person = readPerson(info);
    if (person !== null) tell(person);
  }

  #signalled({ data, info }: PublicationContext): void {
    const from = readPerson(info);
    const read = readSignal(data);
    if (from === null || read === null) return;
    const own = from.client === this.#self;
    if (own && this.#trip.back(read.count, performance.now())) this.#ear.roundTrip(this.#trip);
    if (!own) this.#ear.signal(read.signal, from);
  }

  #tick(): void {
    if (!document.hidden && this.#trip.due(performance.now())) this.signal({ kind: "echo" });
  }
}
