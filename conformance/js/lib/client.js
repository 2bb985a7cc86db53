// The official JavaScript client in its two builds, with what the tests want around it: events that are remembered,
// payloads that look alike in both formats, and a disconnect at the end of the test.

import { Centrifuge as JsonClient } from 'centrifuge';
import { Centrifuge as ProtobufClient } from 'centrifuge/build/protobuf';
import WebSocket from 'ws';

import { token } from './token.js';
import { PATIENCE_MS, events } from '../../lib/waiting.js';

const BUILDS = { json: JsonClient, protobuf: ProtobufClient };

/** The formats that the package speaks over WebSocket. */
export const FORMATS = Object.keys(BUILDS);

const CLIENT_EVENTS = [
  'connecting', 'connected', 'disconnected', 'error', 'message',
  'subscribed', 'subscribing', 'unsubscribed', 'publication', 'join', 'leave',
];
const SUBSCRIPTION_EVENTS = ['subscribing', 'subscribed', 'unsubscribed', 'publication', 'join', 'leave', 'error'];

/** One client of one user. */
export class Peer {
  /** `t` is the test at whose end the client leaves; `options` are the package's own, with `claims` for the token. */
  constructor(t, format, endpoint, { claims, ...options } = {}) {
    this.format = format;
    if (claims) options.token = token(claims);
    this.client = new BUILDS[format](endpoint, {
      websocket: WebSocket, timeout: PATIENCE_MS, minReconnectDelay: 20, maxReconnectDelay: 100, ...options,
    });
    this.on = events(this.client, CLIENT_EVENTS);
    t.after(() => this.client.disconnect());
  }

  /** Connects and resolves with the context of the 'connected' event. */
  async connect() {
    this.client.connect();
    await this.client.ready();
    return this.on.connected.next();
  }

  /** Makes a subscription with remembered events, without subscribing yet. */
  subscription(channel, options = {}) {
    const subscription = this.client.newSubscription(channel, { minResubscribeDelay: 20, maxResubscribeDelay: 100, ...options });
    return { subscription, on: events(subscription, SUBSCRIPTION_EVENTS) };
  }

  /** Subscribes, waits for success, and gives the subscription, its events and the 'subscribed' context. */
  async subscribe(channel, options) {
    const made = this.subscription(channel, options);
    made.subscription.subscribe();
    await made.subscription.ready();
    return { ...made, context: await made.on.subscribed.next() };
  }

  /** A JSON value as this client's format carries it. */
  payload(value) {
    return this.format === 'json' ? value : new TextEncoder().encode(JSON.stringify(value));
  }

  /** The JSON value of a payload that this client got. */
  value(payload) {
    return this.format === 'json' ? payload : JSON.parse(new TextDecoder().decode(payload));
  }
}

/** A connected client of the user. */
export async function connected(t, format, server, claims, options = {}) {
  const peer = new Peer(t, format, options.endpoint ?? server.endpoint, { claims, ...options });
  const { client } = await peer.connect();
  peer.id = client;
  return peer;
}
