// The house under test, with a configuration of its own kind, and its clients.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

import { binary, environment } from '../../lib/house.js';
import { Program, freePort } from '../../lib/program.js';
import { within } from '../../lib/waiting.js';

export const API_KEY = 'providers-key';

/** Runs the program; what it said, or an error with its exit code as `code`. */
export async function vestibule(...args) {
  const { stdout } = await promisify(execFile)(binary(), args, { encoding: 'utf8' });
  return stdout;
}

/** What has to end with a suite, the last first; it takes what a test's own `after` takes. */
export class Ends {
  #all = [];

  after(end) {
    this.#all.push(end);
  }

  async all() {
    for (const end of this.#all.reverse()) await end();
  }
}

/** A folder that is gone after the tests. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), 'providers-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

const COMMON = `
[store]
path = ":memory:"

[api]
key = "${API_KEY}"

[centrifuge.channels.without_namespace]
allow_subscribe_for_client = true
allow_publish_for_subscriber = true
`;

/** Starts a house with these realms and waits until it is ready. */
export async function startHouse(t, realms, { readyWithinMs, env = {}, status } = {}) {
  const port = await freePort();
  const path = join(await folder(t), 'vestibule.toml');
  await writeFile(path, `[listen]\naddress = "127.0.0.1"\nport = ${port}\n${COMMON}\n${realms}`);
  const program = new Program(binary(), ['serve', '--config', path], { env: environment(env) });
  t.after(() => program.stop());
  const url = `http://127.0.0.1:${port}`;
  await program.answers(`${url}/readyz`, { withinMs: readyWithinMs, status });
  return {
    url,
    program,
    config: path,
    endpoint: `ws://127.0.0.1:${port}/connection/websocket`,
    async api(method, request, key = API_KEY) {
      const response = await fetch(`${url}/api/${method}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
        body: JSON.stringify(request),
      });
      const answer = await response.json();
      if (answer.error) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
      return answer.result;
    },
  };
}

/** A client of that house, disconnected after the test. */
export function client(t, house, options) {
  const made = new Centrifuge(house.endpoint, {
    websocket: WebSocket, minReconnectDelay: 20, maxReconnectDelay: 200, ...options,
  });
  t.after(() => made.disconnect());
  return made;
}

/** Connects and resolves with the context of the connection; rejects when the client gives up. */
export async function connected(made, withinMs = 10_000) {
  const met = once(made, ['connected', 'disconnected'], withinMs);
  made.connect();
  const { event, context } = await met;
  if (event === 'disconnected') {
    throw Object.assign(new Error(`disconnected: ${context.code} ${context.reason}`), { code: context.code });
  }
  return context;
}

/** The next of these events. */
export function once(emitter, events, withinMs = 10_000) {
  const first = new Promise((resolve) => {
    for (const event of events) emitter.on(event, (context) => resolve({ event, context }));
  });
  return within(first, `one of ${events}`, withinMs);
}

/** Subscribes, and gives a function that publishes through the house and waits until the client has it. */
export async function listener(made, house, channel, key = API_KEY) {
  const subscription = made.newSubscription(channel);
  const subscribed = once(subscription, ['subscribed']);
  subscription.subscribe();
  await subscribed;
  return async (data) => {
    const came = once(subscription, ['publication']);
    await house.api('publish', { channel, data }, key);
    return (await came).context.data;
  };
}
