// A TCP relay between a client and the server whose connections a test can cut, so that both ends see a lost network
// rather than a closing handshake.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

class Cable {
  #relay;
  #sockets = new Set();
  #plugged = true;

  constructor(relay, target) {
    this.#relay = relay;
    relay.on('connection', (near) => {
      if (!this.#plugged) return near.destroy();
      const far = connect(target, '127.0.0.1');
      for (const [from, to] of [[near, far], [far, near]]) {
        this.#sockets.add(from);
        from.on('error', () => {});
        from.on('close', () => { this.#sockets.delete(from); to.destroy(); });
        from.pipe(to);
      }
    });
    this.endpoint = `ws://127.0.0.1:${relay.address().port}/connection/websocket`;
  }

  /** Cuts every connection and lets no new one through until `plug`. */
  cut() {
    this.#plugged = false;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Lets connections through again. */
  plug() {
    this.#plugged = true;
  }

  async remove() {
    this.cut();
    this.#relay.close();
    await once(this.#relay, 'close');
  }
}

/** A relay to the server that is gone when the test ends. */
export async function cable(t, server) {
  const relay = createServer().listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const made = new Cable(relay, server.port);
  t.after(() => made.remove());
  return made;
}
