// Answers of the JSON protocol as they stand on the wire.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { startServer } from '../lib/server.js';
import { inSeconds, token } from '../lib/token.js';
import { connectedWire, wire } from '../lib/wire.js';

const server = await startServer();
after(() => server.stop());

const ANN = { sub: 'ann' };

describe('answers of the JSON protocol', () => {
  test('a publisher’s own publication comes before the answer to the publish command', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    const { client } = peer.hello.connect;
    await peer.ask({ id: 2, subscribe: { channel: 'order' } });
    peer.send({ id: 3, publish: { channel: 'order', data: { n: 1 } } });
    const info = { user: 'ann', client };
    assert.deepEqual(await peer.reply(), { push: { channel: 'order', pub: { data: { n: 1 }, info } } });
    assert.deepEqual(await peer.reply(), { id: 3, publish: {} });
  });

  test('the answer to subscribe comes before the subscriber’s own join', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    const answer = await peer.ask({ id: 2, subscribe: { channel: 'room:wire' } });
    const { epoch } = answer.subscribe;
    assert.ok(epoch.length > 0);
    assert.deepEqual(answer, { id: 2, subscribe: { recoverable: true, epoch, positioned: true } });
    const join = { info: { user: 'ann', client: peer.hello.connect.client } };
    assert.deepEqual(await peer.reply(), { push: { channel: 'room:wire', join } });
  });

  test('payloads are passed on byte for byte', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    await peer.ask({ id: 2, subscribe: { channel: 'bytes' } });
    const data = '{"b":  1.50, "a":"<&>\u2028\\u00e9" ,"b":1e3}';
    peer.raw(`{"id":3,"publish":{"channel":"bytes","data":${data}}}`);
    const { push } = await peer.reply();
    assert.equal(push.channel, 'bytes');
    const text = peer.frames.map((frame) => frame.bytes.toString()).join('\n');
    assert.ok(text.includes(`"data":${data}`), text);
  });

  test('a publication without data is a bad request, and null is data', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    assert.deepEqual(await peer.ask({ id: 2, publish: { channel: 'a' } }), error(2, 107, 'bad request'));
    assert.deepEqual(await peer.ask({ id: 3, publish: { channel: 'a', data: null } }), { id: 3, publish: {} });
  });

  test('empty history and presence are spelt out', async (t) => {
    const peer = await connectedWire(t, server, { ...ANN, channels: ['room:empty'] });
    const { offset, publications } = (await ask(peer, { id: 2, history: { channel: 'room:empty', limit: 5 } })).history;
    assert.deepEqual([offset, publications], [0, []]);
    const stats = await ask(peer, { id: 3, presence_stats: { channel: 'room:empty' } });
    assert.deepEqual(stats, { id: 3, presence_stats: { num_clients: 1, num_users: 1 } });
  });

  test('history in reverse from offset zero is a bad request', async (t) => {
    const peer = await connectedWire(t, server, { ...ANN, channels: ['room:zero'] });
    const command = { id: 2, history: { channel: 'room:zero', limit: 5, reverse: true, since: { offset: 0, epoch: '' } } };
    assert.deepEqual(await ask(peer, command), error(2, 107, 'bad request'));
  });

  test('subscribing twice to a channel is told 105, and the subscription stays', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    await peer.ask({ id: 2, subscribe: { channel: 'twice' } });
    assert.deepEqual(await peer.ask({ id: 3, subscribe: { channel: 'twice' } }), error(3, 105, 'already subscribed'));
    await server.api('publish', { channel: 'twice', data: 1 });
    assert.deepEqual(await peer.reply(), { push: { channel: 'twice', pub: { data: 1 } } });
  });

  test('leaving a channel in which one is not is no error', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    assert.deepEqual(await peer.ask({ id: 2, unsubscribe: { channel: 'never' } }), { id: 2, unsubscribe: {} });
  });

  test('an expired token is answered with 109 in place of a connection', async (t) => {
    const peer = await wire(t, server);
    const answer = await peer.ask({ id: 1, connect: { token: token({ ...ANN, exp: inSeconds(-5) }) } });
    assert.deepEqual(answer, error(1, 109, 'token expired'));
  });

  test('a connection is refreshed with a token of the same user, and told the new time', async (t) => {
    const peer = await connectedWire(t, server, { ...ANN, exp: inSeconds(100) });
    const answer = await peer.ask({ id: 2, refresh: { token: token({ ...ANN, exp: inSeconds(500) }) } });
    assert.equal(answer.refresh.expires, true);
    assert.ok(answer.refresh.ttl > 480 && answer.refresh.ttl <= 500, `ttl ${answer.refresh.ttl}`);
  });

  test('a refresh with an expired token closes the connection with 3005', async (t) => {
    const peer = await connectedWire(t, server, { ...ANN, exp: inSeconds(100) });
    peer.send({ id: 2, refresh: { token: token({ ...ANN, exp: inSeconds(-5) }) } });
    assert.deepEqual(await peer.close(), { code: 3005, reason: 'connection expired' });
  });

  /** Asks and resolves with the answer itself, past the pushes before it. */
  async function ask(peer, command) {
    peer.send(command);
    for (;;) {
      const message = await peer.reply();
      if (message.id === command.id) return message;
    }
  }

  function error(id, code, message) {
    return { id, error: { code, message } };
  }
});
