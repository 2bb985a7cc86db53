// The door under test, as a process of its own: `vestibule signal` with the environment that its predecessor is started
// with, on a free port of 127.0.0.1. CONFORMANCE_SIGNAL names another server's whole command, which gets the same environment.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { keys } from './keys.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

const READY_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 10_000;
/** How much of the server's own output is kept, to be shown when it does not start. */
const OUTPUT_KEPT_BYTES = 16_384;

export const ADMIN_SECRET = 'conformance-admin-secret-of-32-letters';

function command() {
  const given = process.env.CONFORMANCE_SIGNAL;
  if (given) return given.trim().split(/\s+/);
  const binary = process.env.VESTIBULE_BIN
    ?? `${process.env.CARGO_TARGET_DIR ?? `${repository}target`}/debug/vestibule`;
  return [binary, 'signal'];
}

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

class Door {
  #child;
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

  /** Starts the process on the port it had, and waits until it answers. */
  async start() {
    const [program, ...args] = command();
    const child = spawn(program, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => { output = (output + bytes).slice(-OUTPUT_KEPT_BYTES); });
    }
    let failure;
    child.on('error', (error) => { failure = `cannot be started: ${error.message}`; });
    child.on('exit', (code, signal) => { failure ??= `ended with ${signal ?? `status ${code}`}`; });
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await healthy(this.http))) {
      if (!failure && Date.now() > deadline) failure = `gave no answer on /health within ${READY_WITHIN_MS} ms`;
      if (failure) {
        child.kill('SIGKILL');
        throw new Error(`the server \`${program}\` ${failure}\n${output}`);
      }
      await pause(20);
    }
  }

  /** Asks the process to end and resolves once it has. */
  async stop(signal = 'SIGTERM') {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit', { signal: AbortSignal.timeout(STOPPED_WITHIN_MS) });
    this.#child.kill(signal);
    await ended;
  }

  /** For the end of this program, when nothing can be waited for. */
  kill() {
    this.#child?.kill('SIGKILL');
  }
}

/** Starts a door with the suite's keys; `variables` are added to its environment. */
export async function startDoor(variables = {}) {
  const port = await freePort();
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VESTIBULE|SIGNAL|CONSUMER)_/.test(name));
  const door = new Door(port, {
    ...Object.fromEntries(inherited),
    PORT: String(port),
    ADMIN_SECRET,
    PRIVATE_KEY_JWK: keys.room.privateJwk,
    PUBLIC_KEY_JWK: keys.room.publicJwk,
    CONSUMER_PUBLIC_KEY_JWK: keys.consumer.publicJwk,
    CONSUMER_ISSUER: keys.consumer.issuer,
    CONSUMER_AUDIENCE: keys.consumer.audience,
    ...variables,
  });
  process.on('exit', () => door.kill());
  await door.start();
  return door;
}

async function healthy(http) {
  try {
    const response = await fetch(`${http}/health`, { signal: AbortSignal.timeout(1000) });
    return response.status === 200;
  } catch {
    return false;
  }
}
