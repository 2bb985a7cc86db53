// The server under test, as a process of its own: started from the configuration that all the conformance runners
// share (../../server.json), on a free port of 127.0.0.1, and stopped by its process id.
//
// Which server: CONFORMANCE_SERVER holds a whole command ("/opt/centrifugo"), else the vestibule binary of VESTIBULE_BIN
// (default: the debug build of this repository) is started in its `centrifugo` mode.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const config = fileURLToPath(new URL('../../server.json', import.meta.url));

const READY_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 10_000;
/** How much of the server's own output is kept, to be shown when it does not start. */
const OUTPUT_KEPT_BYTES = 16_384;

/** The HTTP API key that server.json sets. */
export const API_KEY = 'conformance-key';

function command() {
  const given = process.env.CONFORMANCE_SERVER;
  if (given) return given.trim().split(/\s+/);
  const binary = process.env.VESTIBULE_BIN
    ?? `${process.env.CARGO_TARGET_DIR ?? `${repository}target`}/debug/vestibule`;
  return [binary, 'centrifugo'];
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

class Server {
  #child;

  constructor(child, port) {
    this.#child = child;
    this.port = port;
    this.endpoint = `ws://127.0.0.1:${port}/connection/websocket`;
  }

  /** Calls a method of the server API and gives its result; an error in the answer is thrown. */
  async api(method, request) {
    const answer = await this.call(method, request);
    if (answer.error) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
    return answer.result;
  }

  /** Calls a method of the server API and gives the whole answer, be it a result or an error. */
  async call(method, request) {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': API_KEY },
      body: JSON.stringify(request),
    });
    if (response.status !== 200) throw new Error(`${method}: HTTP status ${response.status}`);
    return response.json();
  }

  /** Asks the process to end and resolves once it has. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit', { signal: AbortSignal.timeout(STOPPED_WITHIN_MS) });
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/**
 * Starts the server and waits until /health answers.
 * `settings` are configuration keys over those of server.json, by their paths: { 'client.ping_interval': '2s' }; they reach
 * the server as CENTRIFUGO_* variables. `flags` are added to the command line.
 */
export async function startServer(settings = {}, flags = []) {
  const [program, ...args] = command();
  const port = await freePort();
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CENTRIFUGO_'));
  const env = Object.fromEntries(inherited);
  const all = { 'http_server.address': '127.0.0.1', 'http_server.port': port, ...settings };
  for (const [path, value] of Object.entries(all)) {
    env[`CENTRIFUGO_${path.toUpperCase().replaceAll('.', '_')}`] = String(value);
  }

  const child = spawn(program, [...args, '--config', config, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => { output = (output + bytes).slice(-OUTPUT_KEPT_BYTES); });
  }
  let failure;
  child.on('error', (error) => { failure = `cannot be started: ${error.message}`; });
  child.on('exit', (code, signal) => { failure ??= `ended with ${signal ?? `status ${code}`}`; });
  process.on('exit', () => child.kill('SIGKILL'));

  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await healthy(port))) {
    if (!failure && Date.now() > deadline) failure = `gave no answer on /health within ${READY_WITHIN_MS} ms`;
    if (failure) {
      child.kill('SIGKILL');
      throw new Error(`the server \`${program}\` ${failure}\n${output}`);
    }
    await pause(20);
  }
  return new Server(child, port);
}

async function healthy(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1000) });
    return response.status === 200;
  } catch {
    return false;
  }
}
