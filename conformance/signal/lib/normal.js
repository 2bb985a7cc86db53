// A client that takes part in its room for as long as the test lasts, in any of its versions: it registers in `onopen`,
// offers to everyone in its peer list, and after every close waits and comes back. It never looks at why it was closed.

import WebSocket from 'ws';

import { Record, within } from '../../lib/waiting.js';
import { FastClock } from './clock.js';
import { Mesh } from './mesh.js';
import { PaperConnection } from './paper.js';
import { VERSIONS, address, backOff, calms } from './versions.js';

/** How much faster than real time a client waits unless a test gives it a clock. */
const HURRY = 20;

export class Normal {
  #version;
  #settings;
  #socket;
  #attempt = 0;
  #stopped = false;
  #cancel = () => {};
  /** What a test may look at; the client itself does not. */
  opened = new Record('an open socket');
  closed = new Record('the close of a socket');
  heard = new Record('a message from the server');
  lists = new Record('a peer list');
  /** Peer lists and closes in one row, as `in` and `out`: what became of each attempt. */
  turns = new Record('a peer list or the close of a socket');

  /**
   * `version` names a line of VERSIONS; `url` is what the application configured, with the token in it. `connection` makes
   * connections to peers, `listed` hears every peer list; `clock` and `dice` are what the client waits by.
   */
  constructor({ version, url, room, id, clock = new FastClock(HURRY), dice = Math.random, connection = PaperConnection.make, listed = () => {} }) {
    this.#version = VERSIONS[version];
    this.#settings = { url, room, id, clock, dice, listed };
    this.id = id;
    this.clock = clock;
    this.mesh = new Mesh({ id, yields: this.#version.yields, connection, send: (message) => this.#send(message) });
    this.#connect();
  }

  /** What is called when the application leaves; only this ends the coming back. */
  disconnect() {
    this.#stopped = true;
    this.#cancel();
    this.#socket.terminate();
    this.mesh.close();
  }

  /** Breaks the socket as a lost network does: without a close frame. */
  lose() {
    this.#socket.terminate();
  }

  /** Reads nothing more and says nothing more, as a laptop whose lid was closed: the server cannot know yet. */
  freeze() {
    this.#socket.pause();
  }

  /** Waits for a closed socket and answers `{ code, reason }`. */
  close() {
    return this.closed.next();
  }

  /** Waits until the data channel with that peer is open and answers it. */
  channel(peer) {
    return within(this.mesh.open(peer), `a channel from ${this.id} to ${peer}`);
  }

  #connect() {
    const { url, room, id } = this.#settings;
    const socket = new WebSocket(address(url, this.#version.query, { room, nodeId: id }));
    this.#socket = socket;
    socket.on('open', () => this.#register());
    socket.on('message', (bytes, binary) => !binary && this.#hear(JSON.parse(bytes.toString())));
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      this.closed.add({ code, reason: reason.toString() });
      this.turns.add('out');
      if (!this.#stopped) this.#comeBack();
    });
  }

  #register() {
    if (this.#version.calms === 'open') this.#attempt = 0;
    const role = this.#version.role ? { role: 'normal', serveConsumers: true } : {};
    this.#send({ type: 'register', nodeId: this.id, ...role });
    this.opened.add(this.#attempt);
  }

  #comeBack() {
    const { clock, dice } = this.#settings;
    const delay = backOff(this.#attempt, dice());
    this.#attempt += 1;
    this.#cancel = clock.after(delay, () => this.#connect());
  }

  #hear(message) {
    this.heard.add(message);
    if (calms(this.#version, message.type)) this.#attempt = 0;
    this.mesh.hear(message);
    if (message.type !== 'peer-list') return;
    this.lists.add(message.peers);
    this.turns.add('in');
    this.#settings.listed(message.peers);
  }

  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

/** A client that is gone when the test ends. */
export function normal(t, settings) {
  const client = new Normal(settings);
  t.after(() => client.disconnect());
  return client;
}
