// A bare WebSocket to the server, for what no well-behaved client would send or show.

import { once } from 'node:events';
import WebSocket from 'ws';

import { token } from './token.js';
import { Record, within } from '../../lib/waiting.js';

export class Wire {
  #replies = new Record('a message from the server');
  #frames = new Record('a frame from the server');

  constructor(socket) {
    this.socket = socket;
    socket.on('message', (bytes, binary) => {
      this.#frames.add({ bytes, binary });
      if (!binary) for (const line of bytes.toString().split('\n')) this.#replies.add(JSON.parse(line));
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Sends text or bytes as they are, in one frame. */
  raw(bytes) {
    this.socket.send(bytes);
  }

  /** Sends commands in one frame. */
  send(...commands) {
    this.raw(commands.map((command) => JSON.stringify(command)).join('\n'));
  }

  /** The next message of the JSON protocol. */
  reply() {
    return this.#replies.next();
  }

  /** All frames so far. */
  get frames() {
    return this.#frames.all;
  }

  /** The next frame as it came. */
  frame() {
    return this.#frames.next();
  }

  /** Sends one command and resolves with the next message. */
  async ask(command) {
    this.send(command);
    return this.reply();
  }

  /** How the server closed the connection. */
  close() {
    return within(this.closed, 'the close of the connection');
  }
}

/** Opens a socket that is gone when the test ends. */
export async function wire(t, server, { query = '', protocols = [] } = {}) {
  const socket = new WebSocket(`${server.endpoint}${query}`, protocols);
  t.after(() => socket.terminate());
  const made = new Wire(socket);
  await within(once(socket, 'open'), 'the WebSocket handshake');
  return made;
}

/** Opens a socket and connects as the user. */
export async function connectedWire(t, server, claims) {
  const made = await wire(t, server);
  made.hello = await made.ask({ id: 1, connect: { token: token(claims) } });
  return made;
}
