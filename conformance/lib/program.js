// A program in a process of its own, which does not outlive this one: started, waited for, and stopped by its process id.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a server may take until it answers, unless the caller knows better. */
const READY_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 30_000;
/** Between two looks at a program that does not say when it is ready. */
const LOOK_AGAIN_MS = 20;
const ANSWER_WITHIN_MS = 2_000;
/** How much of a program's own output is kept, to be shown when it does not start. */
const OUTPUT_KEPT_BYTES = 32_768;

/** A port of 127.0.0.1 that nothing listens to. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

export class Program {
  #name;
  #child;
  #output = '';
  /** In words how it has ended, or why it never began. */
  #end;

  /** Starts it; `options` are those of `spawn`. */
  constructor(command, args, options = {}) {
    this.#name = command;
    this.#child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (bytes) => { this.#output = (this.#output + bytes).slice(-OUTPUT_KEPT_BYTES); });
    }
    this.#child.on('error', (error) => { this.#end ??= `cannot be started: ${error.message}`; });
    this.#child.on('exit', (code, signal) => {
      this.#end ??= `ended with ${signal ?? `status ${code}`}`;
      process.off('exit', this.#kill);
    });
    process.on('exit', this.#kill);
  }

  /** What it has said lately. */
  get output() {
    return this.#output;
  }

  /** Waits until `url` answers with `status`. */
  answers(url, { withinMs, status = 200 } = {}) {
    return this.until(`status ${status} of ${url}`, async () => (await statusOf(url)) === status, withinMs);
  }

  /** Looks until there is something to see. A program that ends before that, or is late, is an error with its own words. */
  async until(what, look, withinMs = READY_WITHIN_MS) {
    const deadline = Date.now() + withinMs;
    while (!(await look())) {
      const late = Date.now() > deadline ? `gave no ${what} within ${withinMs} ms` : undefined;
      const failure = this.#end ?? late;
      if (failure) {
        this.#kill();
        throw new Error(`\`${this.#name}\` ${failure}\n${this.#output}`);
      }
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** Asks it to end, and resolves once it has. */
  async stop(signal = 'SIGTERM') {
    if (this.#end !== undefined) return;
    const ended = once(this.#child, 'exit', { signal: AbortSignal.timeout(STOPPED_WITHIN_MS) });
    this.#child.kill(signal);
    await ended;
  }

  #kill = () => this.#child.kill('SIGKILL');
}

async function statusOf(url) {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}
