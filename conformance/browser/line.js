// A TCP line to the demo that a test can break for real: open connections are reset and new ones refused.
import net from "node:net";

export class Line {
  #server;
  #to;
  #open = new Set();
  #broken = false;

  static async to(url) {
    const line = new Line();
    line.#to = { host: url.hostname, port: Number(url.port || 80) };
    line.#server = net.createServer((near) => line.#join(near));
    await new Promise((ready) => line.#server.listen(0, "127.0.0.1", ready));
    line.url = new URL(url.pathname, `http://127.0.0.1:${line.#server.address().port}`);
    return line;
  }

  break() {
    this.#broken = true;
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  mend() {
    this.#broken = false;
  }

  async close() {
    this.break();
    await new Promise((closed) => this.#server.close(closed));
  }

  #join(near) {
    if (this.#broken) return near.resetAndDestroy();
    const far = net.connect(this.#to);
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#open.delete(from);
        to.destroy();
      });
    }
  }
}
