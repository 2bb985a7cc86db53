// The WebSocket handshake.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, describe, test } from 'node:test';

import { startServer } from '../lib/server.js';
import { within } from '../../lib/waiting.js';
import { wire } from '../lib/wire.js';

const server = await startServer();
after(() => server.stop());

describe('the handshake', () => {
  test('confirms the subprotocol of the JSON protocol', async (t) => {
    const peer = await wire(t, server, { protocols: ['centrifuge-json'] });
    assert.equal(peer.socket.protocol, 'centrifuge-json');
  });

  test('succeeds without a subprotocol when none of those offered is known', async () => {
    const response = await upgrade({ 'Sec-WebSocket-Protocol': 'soap' });
    assert.equal(response.statusCode, 101);
    assert.equal(response.headers['sec-websocket-protocol'], undefined);
  });

  test('refuses pages of other origins with status 403', async () => {
    assert.equal((await upgrade({ Origin: 'https://elsewhere.example' })).statusCode, 403);
  });

  test('refuses a request that asks for no upgrade with status 400', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/connection/websocket`);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get('sec-websocket-version'), '13');
  });

  /** Asks for a WebSocket with further headers and resolves with the response. */
  async function upgrade(headers) {
    const asked = request({
      port: server.port,
      host: '127.0.0.1',
      path: '/connection/websocket',
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    asked.end();
    const [response] = await within(Promise.race([once(asked, 'upgrade'), once(asked, 'response')]), 'an answer');
    response.socket.destroy();
    return response;
  }
});
