// A connection on paper: descriptions and candidates travel through the door as those of a real one do, and the channel is
// open once they have all come in the order in which they were sent. One that comes early, late or changed is an error.

let made = 0;

/** Candidates that each side sends after its description. */
const CANDIDATES = 3;

export class PaperConnection {
  #tell;
  #name;
  #offered = false;
  #remote;
  #came = 0;
  #closed = false;
  /** What a real channel would be; set once it is open. */
  channel;

  static make = (tell) => new PaperConnection(tell);

  constructor(tell) {
    this.#tell = tell;
    this.#name = `paper-${process.pid}-${made += 1}`;
  }

  offer(label, send) {
    this.#offered = true;
    this.label = label;
    send({ type: 'offer', sdp: `v=0 ${this.#name} of ${label}` });
    this.#gather();
  }

  answer({ type, sdp }, send) {
    if (type !== 'offer') throw new Error(`an offer holds ${type}`);
    const [, name, , label] = sdp.split(' ');
    this.label = label;
    this.#remote = name;
    send({ type: 'answer', sdp: `v=0 ${this.#name} to ${name}` });
    this.#gather();
  }

  accept({ type, sdp }) {
    if (type !== 'answer') throw new Error(`an answer holds ${type}`);
    const [, name, , to] = sdp.split(' ');
    // An answer to an offer that was taken back since concerns nobody.
    if (this.#closed || !this.#offered || to !== this.#name) return;
    this.#remote = name;
  }

  candidate({ candidate, sdpMLineIndex }) {
    const [, name] = candidate.split(' ');
    if (this.#closed || name !== this.#remote) return;
    if (sdpMLineIndex !== this.#came) throw new Error(`candidate ${sdpMLineIndex} of ${name} came as number ${this.#came}`);
    this.#came += 1;
    if (this.#came < CANDIDATES) return;
    this.channel = { label: this.label, to: this.#remote };
    this.#tell.opened(this.channel);
  }

  close() {
    this.#closed = true;
    this.channel = undefined;
  }

  #gather() {
    for (let line = 0; line < CANDIDATES; line += 1) {
      this.#tell.candidate({ candidate: `candidate:${line} ${this.#name} udp`, sdpMid: '0', sdpMLineIndex: line, usernameFragment: null });
    }
  }
}
