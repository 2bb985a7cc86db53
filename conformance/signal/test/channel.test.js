// Peers in processes of their own, connected through the door: data goes over a real WebRTC data channel.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { startDoor } from '../lib/door.js';
import { consumerToken } from '../lib/keys.js';
import { peer } from '../lib/process.js';

const door = await startDoor();
after(() => door.stop());

/** Says something in both directions and waits until it was heard. */
async function talk(one, other) {
  one.say(other.id, `${one.id} speaking`);
  assert.equal((await other.on('said').next()).text, `${one.id} speaking`);
  other.say(one.id, `${other.id} answering`);
  assert.equal((await one.on('said').next()).text, `${other.id} answering`);
}

describe('two processes', { concurrency: 2 }, () => {
  for (const [first, second] of [['0.1.0', '0.1.0'], ['1.0.0', '1.1.0'], ['1.1.0', '2.1.0'], ['2.1.0', '2.1.0']]) {
    test(`${first} and ${second} exchange data over a data channel that the door brought about`, async (t) => {
      const room = first === '0.1.0' ? 'default' : `${first} and ${second}`;
      const url = await door.url(room);
      const one = await peer(t, { version: first, url, room, id: `one ${first}` });
      await one.on('listed').next();
      const other = await peer(t, { version: second, url, room, id: `other ${second}` });
      const [here, there] = [await one.on('open').next(), await other.on('open').next()];
      assert.deepEqual([here.label, there.label], ['sync', 'sync']);
      await talk(one, other);
    });
  }

  test('a consumer and a normal exchange data over a channel of their own kind', async (t) => {
    const room = 'served';
    const server = await peer(t, { version: '2.1.0', url: await door.url(room), room, id: 'server' });
    await server.on('listed').next();
    const caller = await peer(t, { kind: 'consumer', url: door.endpoint, room, id: 'caller', consumerToken: consumerToken() });
    assert.equal((await caller.on('open').next()).label, 'rpc');
    assert.equal((await server.on('open').next()).label, 'rpc');
    await talk(caller, server);
  });

  test('a channel outlives the server that brought it about', async (t) => {
    const ending = await startDoor();
    t.after(() => ending.stop());
    const room = 'outlived';
    const url = await ending.url(room);
    const one = await peer(t, { version: '2.1.0', url, room, id: 'one' });
    await one.on('listed').next();
    const other = await peer(t, { version: '2.1.0', url, room, id: 'other' });
    await Promise.all([one.on('open').next(), other.on('open').next()]);
    await ending.stop();
    await talk(one, other);
    await ending.start();
    await Promise.all([one.on('listed').next(), other.on('listed').next()]);
    await talk(one, other);
    assert.deepEqual(one.on('gone').all, []);
  });
});
