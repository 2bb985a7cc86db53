/**
 * The connection between two windows: one RTCPeerConnection with a data channel, and a video track if there is a camera.
 * Once it stands, nothing of it goes through the gateway.
 */
import { LIMITS } from "../limits";
import { RoundTrip } from "../roundtrip";
import { readJson, readSignal, writeSignal, type Signal } from "../types";

/** The data channel's name; `echo` asks the other side to send a signal back, which is how the round trip is timed. */
const CHANNEL = "demo";
const ECHO = "echo";

export interface LinkEar {
  candidate(candidate: RTCIceCandidateInit): void;
  opened(): void;
  /** A signal of the other window, straight from it. */
  signal(signal: Signal): void;
  roundTrip(trip: RoundTrip): void;
  /** Every message of the data channel, in either direction. */
  passed(): void;
  video(stream: MediaStream): void;
  lost(): void;
}

export class Link {
  readonly #ear: LinkEar;
  readonly #peer: RTCPeerConnection;
  readonly #trip = new RoundTrip();
  #channel: RTCDataChannel | null = null;
  #ticking = 0;
  #over = false;
  /** One step after the other: a candidate waits for the description before it. */
  #work: Promise<void> = Promise.resolve();

  constructor(iceServers: RTCIceServer[], camera: MediaStream | null, ear: LinkEar) {
    this.#ear = ear;
    this.#peer = new RTCPeerConnection({ iceServers });
    for (const track of camera?.getTracks() ?? []) this.#peer.addTrack(track, camera!);
    this.#peer.onicecandidate = ({ candidate }) => candidate !== null && ear.candidate(candidate.toJSON());
    this.#peer.ontrack = ({ streams }) => streams[0] !== undefined && ear.video(streams[0]);
    this.#peer.ondatachannel = ({ channel }) => this.#take(channel);
    this.#peer.onconnectionstatechange = () => this.#peer.connectionState === "failed" && this.#lost();
  }

  /** Makes an offer. Room for the other's video is in it, whether or not we send one. */
  offer(send: (sdp: RTCSessionDescriptionInit) => void): void {
    this.#take(this.#peer.createDataChannel(CHANNEL));
    if (this.#peer.getSenders().length === 0) this.#peer.addTransceiver("video", { direction: "recvonly" });
    this.#next(async () => this.#describe(await this.#peer.createOffer(), send));
  }

  accept(sdp: string, send: (sdp: RTCSessionDescriptionInit) => void): void {
    this.#next(async () => {
      await this.#peer.setRemoteDescription({ type: "offer", sdp });
      await this.#describe(await this.#peer.createAnswer(), send);
    });
  }

  apply(sdp: string): void {
    this.#next(() => this.#peer.setRemoteDescription({ type: "answer", sdp }));
  }

  /** One that does not fit belongs to an offer that was taken back when both called at once. */
  candidate(candidate: RTCIceCandidateInit): void {
    this.#next(() => this.#peer.addIceCandidate(candidate).catch(() => undefined));
  }

  /** Signals are for now or never: without an open channel they are dropped. */
  signal(signal: Signal): void {
    if (this.#channel?.readyState !== "open" || this.#channel.bufferedAmount > LIMITS.callBuffer) return;
    this.#say(writeSignal(signal, this.#trip.leave(performance.now())));
  }

  /** The kinds of path at both ends, such as host or relay; null while there is none. */
  async path(): Promise<{ here: string; there: string } | null> {
    const report = await this.#peer.getStats();
    const kind = (id: string): string => String(report.get(id)?.candidateType ?? "unknown");
    for (const transport of report.values()) {
      const pair = transport.type === "transport" ? report.get(transport.selectedCandidatePairId) : undefined;
      if (pair !== undefined) return { here: kind(pair.localCandidateId), there: kind(pair.remoteCandidateId) };
    }
    return null;
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#ticking);
    this.#peer.close();
  }

  /** The description goes out before any candidate of it. */
  async #describe(description: RTCSessionDescriptionInit, send: (sdp: RTCSessionDescriptionInit) => void): Promise<void> {
    send(description);
    await this.#peer.setLocalDescription(description);
  }

  #take(channel: RTCDataChannel): void {
    this.#channel = channel;
    channel.onmessage = ({ data }) => this.#hear(data);
    channel.onclose = () => this.#lost();
    channel.onopen = () => {
      this.#ticking = window.setInterval(() => this.#trip.due(performance.now()) && this.signal({ kind: "echo" }), LIMITS.echoEvery / 2);
      this.signal({ kind: "echo" });
      this.#ear.opened();
    };
  }

  #hear(data: unknown): void {
    if (typeof data !== "string" || data.length > LIMITS.callMessageChars) return;
    this.#ear.passed();
    const message = readJson(data);
    if (Array.isArray(message) && message[0] === ECHO) {
      if (this.#trip.back(Number(message[1]), performance.now())) this.#ear.roundTrip(this.#trip);
      return;
    }
    const read = readSignal(message);
    if (read === null) return;
    this.#say([ECHO, read.count]);
    this.#ear.signal(read.signal);
  }

  #say(message: unknown): void {
    this.#channel?.send(JSON.stringify(message));
    this.#ear.passed();
  }

  #lost(): void {
    if (this.#over) return;
    this.close();
    this.#ear.lost();
  }

  #next(step: () => Promise<void>): void {
    this.#work = this.#work.then(() => (this.#over ? undefined : step())).catch(() => this.#lost());
  }
}
