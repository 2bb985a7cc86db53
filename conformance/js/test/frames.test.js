// Frames of the JSON protocol: what is read, and what ends the connection. No well-behaved client sends most of these.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { startServer } from '../lib/server.js';
import { inSeconds, token } from '../lib/token.js';
import { connectedWire, wire } from '../lib/wire.js';

const server = await startServer();
after(() => server.stop());

const ANN = { sub: 'ann' };
const BAD_REQUEST = { code: 3501, reason: 'bad request' };
const hello = () => ({ id: 1, connect: { token: token(ANN) } });

describe('frames of the JSON protocol', () => {
  test('the answer to connect is one text frame that announces pings each 25 seconds', async (t) => {
    const peer = await wire(t, server);
    peer.send(hello());
    const { bytes, binary } = await peer.frame();
    assert.equal(binary, false);
    const { id, connect } = JSON.parse(bytes);
    assert.equal(id, 1);
    assert.deepEqual(Object.keys(connect), ['client', 'version', 'ping', 'pong']);
    assert.deepEqual([connect.ping, connect.pong], [25, true]);
  });

  test('a token with an end is answered with the seconds that are left', async (t) => {
    const { hello: { connect } } = await connectedWire(t, server, { ...ANN, exp: inSeconds(100) });
    assert.equal(connect.expires, true);
    assert.ok(connect.ttl > 80 && connect.ttl <= 100, `ttl ${connect.ttl}`);
  });

  test('commands of one frame, connect first, are answered in their order', async (t) => {
    const peer = await wire(t, server);
    peer.send(hello(), subscribe(2, 'a'), subscribe(3, 'b'), { id: 4, unsubscribe: { channel: 'a' } });
    const [first, ...others] = [await peer.reply(), await peer.reply(), await peer.reply(), await peer.reply()];
    assert.equal(first.id, 1);
    assert.deepEqual(others, [{ id: 2, subscribe: {} }, { id: 3, subscribe: {} }, { id: 4, unsubscribe: {} }]);
  });

  test('one newline at the end of a frame is tolerated', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    peer.raw(`${JSON.stringify(subscribe(2, 'a'))}\n`);
    assert.deepEqual(await peer.reply(), { id: 2, subscribe: {} });
  });

  test('fields that nobody knows are ignored', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    const answer = await peer.ask({ id: 2, later: 1, subscribe: { channel: 'a', fancy: { deep: [1] } } });
    assert.deepEqual(answer, { id: 2, subscribe: {} });
  });

  test('commands before a bad line of the same frame are still answered', async (t) => {
    const peer = await wire(t, server);
    peer.raw(`${JSON.stringify(hello())}\n${JSON.stringify(subscribe(2, 'a'))}\n{"id":3,`);
    assert.equal((await peer.reply()).id, 1);
    assert.deepEqual(await peer.reply(), { id: 2, subscribe: {} });
    assert.deepEqual(await peer.close(), BAD_REQUEST);
  });

  const malformed = {
    'an empty frame': '',
    'a frame of a newline alone': '\n',
    'an empty line between commands': `${JSON.stringify(subscribe(2, 'a'))}\n\n${JSON.stringify(subscribe(3, 'b'))}`,
    'half a command': '{"id":2,"subscribe":',
    'null': 'null',
    'a list': '[]',
    'an id that is text': '{"id":"2","subscribe":{"channel":"a"}}',
    'an id below zero': '{"id":-1,"subscribe":{"channel":"a"}}',
    'a channel that is a number': '{"id":2,"subscribe":{"channel":1}}',
    'a command without an id': '{"subscribe":{"channel":"a"}}',
    'a command that asks for nothing': '{"id":2}',
    'a command that nobody knows': '{"id":2,"dance":{}}',
    'a ping command': '{"id":2,"ping":{}}',
    'a pong that answers no ping': '{}',
    'a second connect': '{"id":2,"connect":{}}',
    'a subscription without a channel': '{"id":2,"subscribe":{}}',
    'leaving no channel': '{"id":2,"unsubscribe":{}}',
    'a publication without a channel': '{"id":2,"publish":{"data":1}}',
    'presence without a channel': '{"id":2,"presence":{}}',
    'presence statistics without a channel': '{"id":2,"presence_stats":{}}',
    'history without a channel': '{"id":2,"history":{}}',
    'a refresh without a token': '{"id":2,"refresh":{}}',
  };
  for (const [what, frame] of Object.entries(malformed)) {
    test(`${what} closes the connection with 3501`, async (t) => {
      const peer = await connectedWire(t, server, ANN);
      peer.raw(frame);
      assert.deepEqual(await peer.close(), BAD_REQUEST);
    });
  }

  for (const frame of ['{"id":1,"subscribe":{"channel":"a"}}', '{}', '{"id":1,"publish":{"channel":"a","data":1}}']) {
    test(`${frame} before connect closes the connection with 3501`, async (t) => {
      const peer = await wire(t, server);
      peer.raw(frame);
      assert.deepEqual(await peer.close(), BAD_REQUEST);
    });
  }

  test('a message that wants no answer has no taker and closes the connection with 3508', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    peer.send({ send: { data: 1 } });
    assert.deepEqual(await peer.close(), { code: 3508, reason: 'not available' });
  });

  test('a frame of 65536 bytes is read, and one byte more closes the connection with 1009', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    const framed = (length) => {
      const [head, tail] = JSON.stringify({ id: 2, publish: { channel: 'a', data: '' } }).split('""');
      return `${head}"${'x'.repeat(length - head.length - tail.length - 2)}"${tail}`;
    };
    peer.raw(framed(65_536));
    assert.deepEqual(await peer.reply(), { id: 2, publish: {} });
    peer.raw(framed(65_537));
    assert.deepEqual(await peer.close(), { code: 1009, reason: '' });
  });

  function subscribe(id, channel) {
    return { id, subscribe: { channel } };
  }
});
