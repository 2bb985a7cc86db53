// The door under test: `vestibule signal` with the environment that its predecessor is started with, on a free port of
// 127.0.0.1. CONFORMANCE_SIGNAL names another server's whole command, which gets the same environment.

import { command, environment } from '../../lib/house.js';
import { Program, freePort } from '../../lib/program.js';
import { keys } from './keys.js';

export const ADMIN_SECRET = 'conformance-admin-secret-of-32-letters';

class Door {
  #program;
  #env;

  constructor(port, env) {
    this.#env = env;
    this.port = port;
    this.http = `http://127.0.0.1:${port}`;
    this.endpoint = `ws://127.0.0.1:${port}/signal`;
  }

  /** The address that an application configures for its room. */
  async url(room, ttl = '1h') {
    const { token } = await this.issue({ subject: room, ttl });
    return `${this.endpoint}?token=${token}`;
  }

  /** What an application's backend gets from `POST /token`. */
  async issue(wish) {
    const response = await fetch(`${this.http}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-admin-secret': ADMIN_SECRET },
      body: JSON.stringify(wish),
    });
    if (response.status !== 201) throw new Error(`POST /token: HTTP status ${response.status}`);
    return response.json();
  }

  /** Starts the process on the port that is its own, and waits until it answers. */
  async start() {
    const [name, ...args] = command('CONFORMANCE_SIGNAL', 'signal');
    this.#program = new Program(name, args, { env: this.#env });
    await this.#program.answers(`${this.http}/health`);
  }

  /** Asks the process to end and resolves once it has. */
  stop(signal) {
    return this.#program.stop(signal);
  }
}

/** Starts a door with the suite's keys; `variables` are added to its environment. */
export async function startDoor(variables = {}) {
  const port = await freePort();
  const door = new Door(port, environment({
    PORT: String(port),
    ADMIN_SECRET,
    PRIVATE_KEY_JWK: keys.room.privateJwk,
    PUBLIC_KEY_JWK: keys.room.publicJwk,
    CONSUMER_PUBLIC_KEY_JWK: keys.consumer.publicJwk,
    CONSUMER_ISSUER: keys.consumer.issuer,
    CONSUMER_AUDIENCE: keys.consumer.audience,
    ...variables,
  }));
  await door.start();
  return door;
}
