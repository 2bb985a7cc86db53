// The server under test: started from the configuration that all the conformance runners share (../../server.json), on a
// free port of 127.0.0.1. It is the house in its `centrifugo` mode, or what CONFORMANCE_SERVER names.

import { fileURLToPath } from 'node:url';

import { command, environment } from '../../lib/house.js';
import { Program, freePort } from '../../lib/program.js';

const config = fileURLToPath(new URL('../../server.json', import.meta.url));

/** The HTTP API key that server.json sets. */
export const API_KEY = 'conformance-key';

class Server {
  #program;

  constructor(program, port) {
    this.#program = program;
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
  stop() {
    return this.#program.stop();
  }
}

/**
 * Starts the server and waits until /health answers.
 * `settings` are configuration keys over those of server.json, by their paths: { 'client.ping_interval': '2s' }; they reach
 * the server as CENTRIFUGO_* variables. `flags` are added to the command line.
 */
export async function startServer(settings = {}, flags = []) {
  const [name, ...args] = command('CONFORMANCE_SERVER', 'centrifugo');
  const port = await freePort();
  const all = { 'http_server.address': '127.0.0.1', 'http_server.port': port, ...settings };
  const variables = Object.entries(all).map(([path, value]) => [
    `CENTRIFUGO_${path.toUpperCase().replaceAll('.', '_')}`, String(value),
  ]);
  const env = environment(Object.fromEntries(variables));
  const program = new Program(name, [...args, '--config', config, ...flags], { env });
  await program.answers(`http://127.0.0.1:${port}/health`);
  return new Server(program, port);
}
