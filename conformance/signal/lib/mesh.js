// The connections of one client to its peers, as signaling makes and replaces them. What a connection is made of (paper, or
// a real data channel) is not its business.

export class Mesh {
  #id;
  #yields;
  #make;
  #send;
  #links = new Map();
  #opened = new Map();
  /** Candidates from peers that are not known: thrown away, as the client does. */
  strays = [];

  constructor({ id, yields, connection, send }) {
    this.#id = id;
    this.#yields = yields;
    this.#make = connection;
    this.#send = send;
  }

  /** Ids of peers with an open channel. */
  get peers() {
    return [...this.#links].filter(([, link]) => link.connection.channel).map(([peer]) => peer);
  }

  /** What kind of peer is at the other end, as its offer was stamped: `normal`, `consumer`, or nothing. */
  roleOf(peer) {
    return this.#links.get(peer)?.role;
  }

  connection(peer) {
    return this.#links.get(peer)?.connection;
  }

  /** Resolves with the channel to that peer, now or when it opens. */
  open(peer) {
    const channel = this.#links.get(peer)?.connection.channel;
    if (channel) return Promise.resolve(channel);
    return new Promise((resolve) => this.#opened.set(peer, [...(this.#opened.get(peer) ?? []), resolve]));
  }

  /** Takes what the server said. Whatever it does not know, it ignores. */
  hear(message) {
    switch (message.type) {
      case 'peer-list':
        for (const peer of message.peers) if (!this.#links.get(peer)?.connection.channel) this.offer(peer);
        return;
      case 'offer':
        return this.#offered(message);
      case 'answer':
        return this.#links.get(message.from)?.connection.accept(message.sdp);
      case 'ice-candidate':
        return this.#candidate(message);
    }
  }

  /** Begins a connection; `label` names its channel. */
  offer(peer, label = 'sync') {
    const link = this.#link(peer, { offering: true, role: undefined });
    link.connection.offer(label, (sdp) => this.#send({ type: 'offer', to: peer, from: this.#id, sdp }));
  }

  /** Ends the connection to a peer as a lost network or a closed page does. */
  drop(peer) {
    this.#links.get(peer)?.connection.close();
    this.#links.delete(peer);
  }

  close() {
    for (const peer of [...this.#links.keys()]) this.drop(peer);
  }

  #offered({ from, sdp, fromRole }) {
    const link = this.#links.get(from);
    const glare = link?.offering && !link.connection.channel;
    if (glare && this.#yields && this.#id < from) return;
    const { connection } = this.#link(from, { offering: false, role: fromRole });
    connection.answer(sdp, (answer) => this.#send({ type: 'answer', to: from, from: this.#id, sdp: answer }));
  }

  #candidate({ from, candidate }) {
    const link = this.#links.get(from);
    if (link === undefined) this.strays.push({ from, candidate });
    else link.connection.candidate(candidate);
  }

  /** A new connection to the peer in place of an older one. */
  #link(peer, link) {
    this.drop(peer);
    const made = { ...link };
    made.connection = this.#make({
      candidate: (candidate) => this.#send({ type: 'ice-candidate', to: peer, from: this.#id, candidate }),
      opened: (channel) => {
        for (const resolve of this.#opened.get(peer) ?? []) resolve(channel);
        this.#opened.delete(peer);
      },
      closed: () => this.#links.get(peer) === made && this.#links.delete(peer),
    });
    this.#links.set(peer, made);
    return made;
  }
}
