// A program in a process of its own, on a free port of 127.0.0.1, stopped by its process id.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How much of a program's own output is kept, to be shown when it does not start. */
const OUTPUT_KEPT_BYTES = 32_768;
const STOPPED_WITHIN_MS = 30_000;

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

export class Program {
  #child;
  #output = '';
  #failure;

  constructor(command, args, env) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (bytes) => { this.#output = (this.#output + bytes).slice(-OUTPUT_KEPT_BYTES); });
    }
    this.#child.on('error', (error) => { this.#failure = `cannot be started: ${error.message}`; });
    this.#child.on('exit', (code, signal) => { this.#failure ??= `ended with ${signal ?? `status ${code}`}`; });
    this.kill = () => this.#child.kill('SIGKILL');
    process.on('exit', this.kill);
  }

  get output() {
    return this.#output;
  }

  /** Waits until the URL answers with that status. */
  async answers(url, withinMs, status = 200) {
    const deadline = Date.now() + withinMs;
    for (;;) {
      if (this.#failure) throw new Error(`the program ${this.#failure}\n${this.#output}`);
      if ((await statusOf(url)) === status) return;
      if (Date.now() > deadline) throw new Error(`no ${status} from ${url} within ${withinMs} ms\n${this.#output}`);
      await pause(50);
    }
  }

  /** Asks the process to end, and resolves once it has. */
  async stop() {
    process.off('exit', this.kill);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit', { signal: AbortSignal.timeout(STOPPED_WITHIN_MS) });
    this.#child.kill('SIGTERM');
    await ended;
  }
}

async function statusOf(url) {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}
