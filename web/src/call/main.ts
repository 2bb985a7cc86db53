/** The call: meets the others at the signal door, and makes a connection to one of them that needs the door no more. */
import "../style/base.css";
import "../style/layout.css";
import "../style/stage.css";
import "../style/call.css";
import { hueOf } from "../colour";
import { el } from "../dom";
import { Hand } from "../hand";
import { Ink } from "../ink";
import { LIMITS } from "../limits";
import { People } from "../people";
import { Pointers } from "../pointers";
import type { Line, Person, Signal } from "../types";
import { Wire } from "../wire";
import { reasonOf } from "../words";
import { Door } from "./door";
import { Link } from "./link";
import { next, type Act, type Happened, type Phase } from "./phase";
import { iceServers, openCallSession, type CallSession } from "./session";
import { Stage } from "./stage";
import { Strip } from "./strip";
import { Tape } from "./tape";
import { peerId, type Heard } from "./types";

const LINE_WORDS: Record<Line, string> = { connecting: "Connecting", live: "Live", away: "Reconnecting", refused: "Disconnected" };

class Call {
  readonly #me: Person;
  /** The latest: its token is the one that is still good. */
  #session: CallSession;
  readonly #hue: number;
  readonly #door: Door;
  readonly #people: People;
  readonly #peers = new Map<string, Person>();
  readonly #stage: Stage;
  readonly #strip = new Strip();
  readonly #tape = new Tape();
  readonly #ink = new Ink(el<HTMLCanvasElement>("ink"));
  readonly #pointers = new Pointers((from, to, hue) => this.#ink.line(from, to, hue));
  #phase: Phase = { at: "idle" };
  #link: Link | null = null;
  #camera: MediaStream | null = null;
  /** Acts wait for those before them: a camera or an ICE server may take its time. */
  #acts: Promise<void> = Promise.resolve();

  constructor(session: CallSession, wire: Wire) {
    this.#session = session;
    const id = peerId(session.user, session.name, Math.random());
    this.#me = { client: id, user: id, name: session.name };
    this.#hue = hueOf(session.user, session.name);
    this.#people = new People(id);
    this.#stage = new Stage({
      call: (peer, video) => this.#happens({ kind: "call", peer, video }),
      pickUp: (video) => this.#happens({ kind: "pick up", video }),
      hangUp: () => this.#happens({ kind: "hang up" }),
    });
    this.#door = new Door(id, async () => (this.#session = await openCallSession()), {
      line: (line, reason) => this.#line(line, reason, wire),
      heard: (heard) => this.#heard(heard),
      passed: (direction, message, bytes) => {
        wire.frame(direction);
        this.#tape.add(direction, message, bytes);
      },
    });
    new Hand(el("stage"), (own) => this.#link?.signal(own), {
      line: (from, to) => this.#ink.line(from, to, this.#hue),
      ripple: (at) => this.#ink.ripple(at, this.#hue),
      keys: (at) => this.#pointers.own(at, this.#hue),
    });
    document.body.style.setProperty("--me", String(this.#hue));
    el("room-name").textContent = session.room;
    window.addEventListener("pagehide", () => this.#happens({ kind: "hang up" }));
    setInterval(() => void this.#link?.path().then((path) => this.#strip.path(path)), LIMITS.pathEvery);
    this.#stage.turn(this.#phase);
  }

  open(): void {
    this.#door.open();
  }

  #line(line: Line, reason: string, wire: Wire): void {
    document.body.dataset["line"] = line;
    el("line-word").textContent = LINE_WORDS[line];
    el("line").title = reason;
    wire.turn(line);
  }

  #heard(heard: Heard): void {
    switch (heard.kind) {
      case "list":
        this.#peers.clear();
        for (const peer of heard.peers) this.#peers.set(peer.client, peer);
        return this.#showPeers();
      case "joined":
        this.#peers.set(heard.peer.client, heard.peer);
        this.#people.joined(heard.peer);
        return this.#showPeers();
      case "left":
        this.#peers.delete(heard.peer.client);
        this.#people.left(heard.peer);
        this.#showPeers();
        return this.#happens({ kind: "gone", peer: heard.peer });
      case "missing":
        return this.#happens({ kind: "gone", peer: null });
      case "offer":
        return this.#happens({ kind: "offer", from: heard.from, offer: heard });
      default:
        return this.#happens(heard);
    }
  }

  #showPeers(): void {
    const others = [...this.#peers.values()].filter(({ client }) => client !== this.#me.client);
    this.#people.replace([this.#me, ...others]);
    this.#stage.offerTo(others);
  }

  #happens(happened: Happened): void {
    const { phase, acts } = next(this.#phase, happened, this.#me.client);
    const turned = phase.at !== this.#phase.at;
    this.#phase = phase;
    if (turned) {
      el("call-news").textContent = "";
      this.#stage.turn(phase);
    }
    for (const act of acts) this.#acts = this.#acts.then(() => this.#do(act)).catch((fault: unknown) => this.#say(reasonOf(fault)));
  }

  async #do(act: Act): Promise<void> {
    switch (act.act) {
      case "offer": {
        const link = await this.#newLink(act.peer, act.video);
        return link.offer((sdp) => this.#door.send({ type: "offer", to: act.peer.client, sdp, video: act.video }));
      }
      case "accept": {
        const link = await this.#newLink(act.peer, act.video);
        link.accept(act.offer.sdp, (sdp) => this.#door.send({ type: "answer", to: act.peer.client, sdp }));
        return act.early.forEach((candidate) => link.candidate(candidate));
      }
      case "apply":
        return this.#link?.apply(act.sdp);
      case "candidate":
        return this.#link?.candidate(act.candidate);
      case "tell":
        return this.#door.send({ type: "answer", to: act.peer.client, sdp: null, over: act.why });
      case "close":
        return this.#close();
      case "say":
        return this.#say(act.text);
    }
  }

  async #newLink(peer: Person, video: boolean): Promise<Link> {
    this.#close();
    const [servers, camera] = await Promise.all([iceServers(this.#session), video ? this.#openCamera() : null]);
    this.#camera = camera;
    this.#stage.show("mine", camera);
    const link = new Link(servers, camera, {
      candidate: (candidate) => this.#door.send({ type: "ice-candidate", to: peer.client, candidate }),
      opened: () => {
        document.body.toggleAttribute("data-open", true);
        this.#strip.begin();
        void link.path().then((path) => this.#strip.path(path));
      },
      signal: (signal) => this.#signal(peer, signal),
      roundTrip: (trip) => this.#strip.roundTrip(trip),
      passed: () => this.#strip.passed(),
      video: (stream) => this.#video(stream),
      lost: () => this.#happens({ kind: "lost" }),
    });
    this.#link = link;
    return link;
  }

  /** The other's picture is shown while it moves: a track without pictures is a call without a camera. */
  #video(stream: MediaStream): void {
    const [track] = stream.getVideoTracks();
    if (track === undefined) return;
    const show = (): void => this.#stage.show("theirs", track.muted ? null : stream);
    track.onmute = track.onunmute = show;
    show();
  }

  #signal(peer: Person, signal: Signal): void {
    switch (signal.kind) {
      case "move":
        return this.#pointers.move(peer, signal.points, signal.drawing);
      case "away":
        return this.#pointers.remove(peer.client);
      case "ripple":
        return this.#ink.ripple(signal.at, hueOf(peer.user, peer.name));
      case "typing":
      case "echo":
        return;
    }
  }

  /** The camera, or none: a call without one is a call too. */
  async #openCamera(): Promise<MediaStream | null> {
    try {
      return await navigator.mediaDevices.getUserMedia({ video: true });
    } catch (fault) {
      this.#say(`No camera: ${reasonOf(fault)}`);
      return null;
    }
  }

  #close(): void {
    this.#link?.close();
    this.#link = null;
    for (const track of this.#camera?.getTracks() ?? []) track.stop();
    this.#camera = null;
    document.body.toggleAttribute("data-open", false);
    this.#pointers.clear();
    this.#strip.end();
  }

  #say(text: string): void {
    el("call-news").textContent = text;
  }
}

function main(): void {
  const wire = new Wire(el<HTMLCanvasElement>("wire"));
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-second]")) link.href = location.href;
  openCallSession().then(
    (session) => new Call(session, wire).open(),
    (fault: unknown) => {
      document.body.dataset["line"] = "refused";
      wire.turn("refused");
      el("line-word").textContent = LINE_WORDS.refused;
      el("notice-reason").textContent = reasonOf(fault);
      el("notice").hidden = false;
      el("again").addEventListener("click", () => location.reload(), { once: true });
    },
  );
}

main();
