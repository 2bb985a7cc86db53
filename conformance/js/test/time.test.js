// What happens with time: pings, silence, slowness, and the end of the server.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { FORMATS, Peer, connected } from '../lib/client.js';
import { connectCommand } from '../lib/protobuf.js';
import { startServer } from '../lib/server.js';
import { inSeconds, token } from '../lib/token.js';
import { connectedWire, wire } from '../lib/wire.js';
import { resolvers, within } from '../../lib/waiting.js';

const server = await startServer({
  'client.ping_interval': '1s',
  'client.pong_timeout': '500ms',
  'client.stale_close_delay': '1s',
  'client.expired_sub_close_delay': '1s',
  'client.presence_update_interval': '1s',
});
const calm = await startServer();
after(() => Promise.all([server.stop(), calm.stop()]));

const ANN = { sub: 'ann' };

describe('time', { concurrency: true }, () => {
  test('a peer that answers each ping is pinged for ever', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    assert.equal(peer.hello.connect.ping, 1);
    for (let pings = 0; pings < 3; pings += 1) {
      assert.deepEqual(await peer.reply(), {});
      peer.send({});
    }
    assert.deepEqual(await peer.ask({ id: 2, unsubscribe: { channel: 'a' } }), { id: 2, unsubscribe: {} });
  });

  test('a peer that does not answer a ping is closed with 3012', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    assert.deepEqual(await peer.reply(), {});
    assert.deepEqual(await peer.close(), { code: 3012, reason: 'no pong' });
  });

  test('other commands are no answer to a ping', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    await peer.reply();
    await peer.ask({ id: 2, unsubscribe: { channel: 'a' } });
    assert.equal((await peer.close()).code, 3012);
  });

  test('a second answer to the same ping closes the connection with 3501', async (t) => {
    const peer = await connectedWire(t, server, ANN);
    await peer.reply();
    peer.send({}, {});
    assert.equal((await peer.close()).code, 3501);
  });

  for (const format of FORMATS) {
    test(`the official client answers pings and stays connected in ${format}`, async (t) => {
      const silent = await connectedWire(t, server, ANN);
      // It gives up a connection on which no ping came for the interval and this much more.
      const peer = new Peer(t, format, server.endpoint, { claims: ANN, maxServerPingDelay: 1_000 });
      await peer.connect();
      await silent.close();
      const again = await connectedWire(t, server, ANN);
      await again.close();
      await assert.rejects(peer.client.rpc('none', peer.payload({})), { code: 108 });
      assert.equal(peer.on.connecting.all.length, 1);
    });
  }

  test('a ping in Protobuf is the empty message, and so is its answer', async (t) => {
    const peer = await wire(t, server, { protocols: ['centrifuge-protobuf'] });
    peer.raw(connectCommand(token(ANN)));
    await peer.frame();
    for (let pings = 0; pings < 2; pings += 1) {
      assert.deepEqual([...(await peer.frame()).bytes], [0]);
      peer.raw(Buffer.from([0]));
    }
  });

  test('a socket that asks for pings of WebSocket gets those, and none of the protocol', async (t) => {
    const peer = await wire(t, server, { query: '?cf_ws_frame_ping_pong=true' });
    const pinged = new Promise((resolve) => peer.socket.once('ping', resolve));
    const { connect } = await peer.ask({ id: 1, connect: { token: token(ANN) } });
    assert.deepEqual(Object.keys(connect), ['client', 'version']);
    await within(pinged, 'a ping of WebSocket');
    assert.equal(peer.frames.length, 1);
  });

  test('a socket that does not connect in time is closed with 3502', async (t) => {
    const peer = await wire(t, server);
    assert.deepEqual(await peer.close(), { code: 3502, reason: 'stale' });
  });

  test('a subscription whose token ended is ended with 2501, and a new token brings the client back', async (t) => {
    const channel = '$locked:timed';
    const peer = await connected(t, 'json', server, ANN);
    const late = resolvers();
    const options = { token: token({ ...ANN, channel, exp: inSeconds(2) }), getToken: () => late.promise };
    const { on } = await peer.subscribe(channel, options);
    await on.subscribing.next();
    const { code, reason } = await on.subscribing.next();
    assert.deepEqual({ code, reason }, { code: 2501, reason: 'subscription expired' });
    late.resolve(token({ ...ANN, channel }));
    await on.subscribed.next();
  });

  test('a peer that does not read is cut off, and nobody else waits for it', async (t) => {
    const reader = await connected(t, 'json', calm, ANN);
    const { on } = await reader.subscribe('flood');
    const slow = await connectedWire(t, calm, ANN);
    await slow.ask({ id: 2, subscribe: { channel: 'flood' } });
    slow.socket.pause();
    const data = 'x'.repeat(60_000);
    const count = 300;
    for (let n = 0; n < count; n += 1) await calm.api('publish', { channel: 'flood', data });
    assert.equal((await on.publication.take(count)).length, count);
    slow.socket.resume();
    const { code } = await slow.close();
    assert.ok([3008, 3009, 1006].includes(code), `closed with ${code}`);
    assert.ok(slow.frames.length < count, 'the slow peer got everything');
  });

  test('a server that is told to end sends its clients away with 3001, which brings them to the next one', async (t) => {
    const ending = await startServer();
    const peer = await connected(t, 'json', ending, ANN);
    await peer.on.connecting.next();
    await ending.stop();
    const { code, reason } = await peer.on.connecting.next();
    assert.deepEqual({ code, reason }, { code: 3001, reason: 'shutdown' });
  });
});
