// A real connection: WebRTC with a data channel, in a browser or by the code that browsers are built with.

/** Ends of a connection after which it does not come back by itself. */
const OVER = ['failed', 'closed', 'disconnected'];

/** A maker of connections with these ICE servers, as `GET /ice` answers them; `relayOnly` leaves no other path. */
export function realConnections(RTCPeerConnection, { iceServers = [], relayOnly = false } = {}) {
  const config = { iceServers, iceTransportPolicy: relayOnly ? 'relay' : 'all' };
  return (tell) => new RealConnection(new RTCPeerConnection(config), tell);
}

class RealConnection {
  #peer;
  #tell;
  #over = false;
  /** What is done to the connection, one after the other: candidates wait for the description before them. */
  #work = Promise.resolve();
  /** The open data channel. */
  channel;

  constructor(peer, tell) {
    this.#tell = tell;
    this.#peer = peer;
    this.#peer.onicecandidate = ({ candidate }) => candidate && !this.#over && tell.candidate(candidate.toJSON());
    this.#peer.onicegatheringstatechange = () => this.#peer.iceGatheringState === 'complete' && tell.gathered?.();
    this.#peer.onconnectionstatechange = () => OVER.includes(this.#peer.connectionState) && this.#lost();
    this.#peer.ondatachannel = ({ channel }) => this.#take(channel);
  }

  offer(label, send) {
    this.#take(this.#peer.createDataChannel(label));
    this.#next(async () => this.#describe(await this.#peer.createOffer(), send));
  }

  answer(offer, send) {
    this.#next(async () => {
      await this.#peer.setRemoteDescription(offer);
      await this.#describe(await this.#peer.createAnswer(), send);
    });
  }

  /** Takes the answer; one to an offer that was answered or taken back already concerns nobody. */
  accept(answer) {
    this.#next(async () => {
      if (this.#peer.signalingState === 'have-local-offer') await this.#peer.setRemoteDescription(answer);
    });
  }

  /** One that does not fit belongs to an offer that was taken back. */
  candidate(candidate) {
    this.#next(() => this.#peer.addIceCandidate(candidate).catch(() => {}));
  }

  /** The kinds of the two ends that data goes between: `host`, `relay` and so on. */
  async path() {
    const report = await this.#peer.getStats();
    const transport = [...report.values()].find(({ type }) => type === 'transport');
    const pair = report.get(transport?.selectedCandidatePairId);
    const kind = (id) => report.get(id)?.candidateType;
    return { local: kind(pair?.localCandidateId), remote: kind(pair?.remoteCandidateId) };
  }

  close() {
    this.#over = true;
    this.channel = undefined;
    this.#peer.close();
  }

  /** The description goes out before any candidate of it. */
  async #describe(description, send) {
    send({ type: description.type, sdp: description.sdp });
    await this.#peer.setLocalDescription(description);
  }

  #take(channel) {
    channel.onmessage = ({ data }) => this.#tell.said?.(data);
    channel.onclose = () => this.#lost();
    // One that the other side made may be open when it is announced.
    if (channel.readyState === 'open') this.#open(channel);
    else channel.onopen = () => this.#open(channel);
  }

  #open(channel) {
    this.channel = channel;
    this.#tell.opened(channel);
  }

  #lost() {
    if (this.#over) return;
    this.close();
    this.#tell.closed();
  }

  #next(step) {
    this.#work = this.#work.then(() => (this.#over ? undefined : step()));
  }
}
