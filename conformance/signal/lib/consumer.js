// The consumer of 2.x: a token of the application's own identity provider instead of a room token, one socket, and no second
// try. It asks one of the normals in its server list for a channel.

import WebSocket from 'ws';

import { Record, within } from '../../lib/waiting.js';
import { Mesh } from './mesh.js';
import { PaperConnection } from './paper.js';
import { address } from './versions.js';

const QUERY = ['room', 'nodeId'];

/** A refusal as the client hands it to its caller. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Consumer {
  #socket;
  #listed;
  /** The candidates for a channel; whichever list comes last replaces it. */
  servers = [];
  lists = new Record('a server list');
  heard = new Record('a message for the consumer');
  closed = new Record('the close of the consumer');

  constructor({ url, room, id, getToken, connection = PaperConnection.make }) {
    this.id = id;
    this.mesh = new Mesh({ id, yields: false, connection, send: (message) => this.#send(message) });
    this.#listed = new Promise((resolve, reject) => this.#begin(address(url, QUERY, { room, nodeId: id }), getToken, resolve, reject));
    this.#listed.catch(() => {});
  }

  /** Resolves once there is a server list; a refusal is kept for good. */
  async connect() {
    await within(this.#listed, 'the first server list');
    if (this.servers.length === 0) throw new Refused('UNAVAILABLE', 'no Normal Clients');
  }

  /** Asks the first candidate for a channel, as a call does. */
  async call() {
    await this.connect();
    const [server] = this.servers;
    if (!this.mesh.connection(server)) this.mesh.offer(server, 'rpc');
    return { server, channel: await within(this.mesh.open(server), `a channel to ${server}`) };
  }

  disconnect() {
    this.#socket.terminate();
    this.mesh.close();
  }

  #begin(url, getToken, listed, refused) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.on('open', async () => {
      this.#send({ type: 'register', role: 'consumer', nodeId: this.id, token: await getToken(), protocolVersion: 1 });
    });
    socket.on('message', (bytes, binary) => !binary && this.#hear(JSON.parse(bytes.toString()), listed, refused));
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      this.closed.add({ code, reason: reason.toString() });
      refused(new Refused('UNAVAILABLE', 'closed before the first server list'));
    });
  }

  #hear(message, listed, refused) {
    this.heard.add(message);
    if (message.type === 'server-list') {
      this.servers = message.servers;
      this.lists.add(message.servers);
      listed();
    } else if (message.type === 'auth-err') refused(new Refused(message.status, message.message));
    else this.mesh.hear(message);
  }

  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

/** A consumer that is gone when the test ends. */
export function consumer(t, settings) {
  const client = new Consumer(settings);
  t.after(() => client.disconnect());
  return client;
}
