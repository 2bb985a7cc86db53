// Debian's coturn on the loopback interface, with the secret that the door makes credentials with. Its ports, its
// configuration and its files are its own.

import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { Program, freePort } from '../../lib/program.js';

const READY_WITHIN_MS = 10_000;
/** Ports that relayed data goes through; a peer takes one for each network of the machine, and keeps it for minutes. */
const RELAY_PORTS = 400;

const BINDING_REQUEST = 0x0001;
const MAGIC_COOKIE = 0x2112a442;

class Coturn {
  #program;
  #folder;

  constructor(program, folder, port, secret) {
    this.#program = program;
    this.#folder = folder;
    this.secret = secret;
    this.url = `turn:127.0.0.1:${port}?transport=udp`;
  }

  async stop() {
    await this.#program.stop('SIGKILL');
    await fs.rm(this.#folder, { recursive: true, force: true });
  }
}

/** Starts it and waits until it answers. A machine without it (Debian's package coturn) fails. */
export async function startCoturn() {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'vestibule-coturn-'));
  const [port, relay] = [await freePort(), await freePort()];
  const secret = randomBytes(24).toString('hex');
  const file = path.join(folder, 'turnserver.conf');
  await fs.writeFile(file, configuration({ folder, port, relay, secret }), { mode: 0o600 });
  const program = new Program('turnserver', ['-c', file], { cwd: folder });
  await program.until('answer to a binding request', () => answers(port), READY_WITHIN_MS);
  return new Coturn(program, folder, port, secret);
}

function configuration({ folder, port, relay, secret }) {
  const first = Math.min(relay, 65_535 - RELAY_PORTS);
  return [
    'listening-ip=127.0.0.1',
    'relay-ip=127.0.0.1',
    `listening-port=${port}`,
    `min-port=${first}`,
    `max-port=${first + RELAY_PORTS}`,
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'realm=vestibule.example',
    'fingerprint',
    'allow-loopback-peers',
    'no-cli',
    'no-tls',
    'no-dtls',
    'no-rfc5780',
    `pidfile=${path.join(folder, 'turnserver.pid')}`,
    `userdb=${path.join(folder, 'turndb')}`,
    'log-file=stdout',
    'simple-log',
    '',
  ].join('\n');
}

/** Whether it answers a STUN binding request. */
async function answers(port) {
  const socket = createSocket('udp4');
  try {
    const request = Buffer.alloc(20);
    request.writeUInt16BE(BINDING_REQUEST, 0);
    request.writeUInt32BE(MAGIC_COOKIE, 4);
    randomBytes(12).copy(request, 8);
    socket.send(request, port, '127.0.0.1');
    await once(socket, 'message', { signal: AbortSignal.timeout(200) });
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
