// The host of an application that is not the gateway: its pages come from another origin than the door that they use.
import fs from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FOLDERS = { app: new URL("./app/", import.meta.url), lib: new URL("../signal/lib/", import.meta.url) };
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

export class Host {
  #server;

  static async start() {
    const host = new Host();
    host.#server = http.createServer((request, response) => host.#answer(request.url, response));
    await new Promise((ready) => host.#server.listen(0, "127.0.0.1", ready));
    host.page = `http://localhost:${host.#server.address().port}/app/index.html`;
    return host;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #answer(url, response) {
    const [, folder, name] = /^\/(app|lib)\/([\w.-]+)$/.exec(url) ?? [];
    try {
      const body = await fs.readFile(fileURLToPath(new URL(name, FOLDERS[folder])));
      response.writeHead(200, { "content-type": TYPES[path.extname(name)] }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
}
