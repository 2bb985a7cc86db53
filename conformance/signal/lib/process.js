// A peer that runs in a process of its own: `lib/peer.js`, started, spoken to, and ended.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { Record } from '../../lib/waiting.js';

const PROGRAM = fileURLToPath(new URL('peer.js', import.meta.url));

class PeerProcess {
  #child;
  #events = new Map();

  constructor(child, id) {
    this.#child = child;
    this.id = id;
    child.on('message', ({ event, ...rest }) => this.on(event).add(rest));
    child.on('exit', (code, signal) => code !== 0 && this.on('refused').add({ text: `ended with ${signal ?? code}` }));
  }

  /** The record of events of that name: `ready`, `listed`, `open`, `said`, `gone`, `candidate`, `gathered`, `refused`. */
  on(event) {
    if (!this.#events.has(event)) this.#events.set(event, new Record(`the event '${event}' of ${this.id}`));
    return this.#events.get(event);
  }

  say(to, text) {
    this.#child.send({ order: 'say', to, text });
  }

  start(settings) {
    this.#child.send({ order: 'start', ...settings });
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** Starts a peer that is gone when the test ends. `settings` are those of `lib/peer.js`. */
export async function peer(t, settings) {
  const made = new PeerProcess(fork(PROGRAM), settings.id);
  t.after(() => made.end());
  await made.on('ready').next();
  made.start(settings);
  return made;
}
