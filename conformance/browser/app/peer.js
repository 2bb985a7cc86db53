// A peer in a page of an application: the newest version's behaviour on the wire over the browser's own WebSocket and WebRTC.
import { Mesh } from "/lib/mesh.js";
import { realConnections } from "/lib/rtc.js";
import { VERSIONS, address } from "/lib/versions.js";

class Peer {
  #socket;
  #said = [];
  #listening = [];

  constructor({ url, room, id, ice }) {
    const make = realConnections(RTCPeerConnection, ice);
    const { query, yields } = VERSIONS["2.1.0"];
    const send = (message) => this.#socket.send(JSON.stringify(message));
    this.mesh = new Mesh({ id, yields, send, connection: (tell) => make({ ...tell, said: (text) => this.#hear(text) }) });
    this.#socket = new WebSocket(address(url, query, { room, nodeId: id }));
    this.#socket.onopen = () => send({ type: "register", nodeId: id, role: "normal", serveConsumers: true });
    this.listed = new Promise((resolve, reject) => {
      this.#socket.onclose = ({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`));
      this.#socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        this.mesh.hear(message);
        if (message.type === "peer-list") resolve(message.peers);
      };
    });
  }

  /** Resolves with the kinds of both ends once the data channel to that peer is open. */
  async open(peer) {
    await this.mesh.open(peer);
    return this.mesh.connection(peer).path();
  }

  say(peer, text) {
    this.mesh.connection(peer).channel.send(text);
  }

  /** The next text that no call has taken yet. */
  heard() {
    if (this.#said.length > 0) return this.#said.shift();
    return new Promise((resolve) => this.#listening.push(resolve));
  }

  #hear(text) {
    const listener = this.#listening.shift();
    if (listener) listener(text);
    else this.#said.push(text);
  }
}

/** Joins a room and resolves with the ids of those who are there already. */
window.join = (settings) => {
  window.peer = new Peer(settings);
  return window.peer.listed;
};
