// Peers of every version find each other.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { consumer } from '../lib/consumer.js';
import { startDoor } from '../lib/door.js';
import { consumerToken } from '../lib/keys.js';
import { normal } from '../lib/normal.js';
import { VERSIONS } from '../lib/versions.js';

const door = await startDoor();
after(() => door.stop());

const versions = Object.keys(VERSIONS);
let rooms = 0;

/** A room that no other test is in, with the address that its members configure. */
async function room() {
  const name = `room ${rooms += 1}`;
  return { room: name, url: await door.url(name) };
}

/** The client, once it is in its room. */
async function joined(t, settings) {
  const client = normal(t, settings);
  await client.lists.next();
  return client;
}

/** Waits until both have a channel to each other, and answers both. */
const meet = (a, b) => Promise.all([a.channel(b.id), b.channel(a.id)]);

describe('normals', { concurrency: true }, () => {
  for (const first of versions) {
    for (const second of versions) {
      test(`${first} is found by ${second}, which comes later and offers`, async (t) => {
        // 0.1.0 names no room, so that it is in the one of all the room-less; each has its own pair of ids there.
        const place = await (first === '0.1.0' || second === '0.1.0' ? lobby() : room());
        const here = await joined(t, { ...place, version: first, id: `${first} for ${second}` });
        const comes = await joined(t, { ...place, version: second, id: `${second} comes to ${first}` });
        const [, channel] = await meet(here, comes);
        assert.equal(channel.label, 'sync');
        const offers = (to, by) => to.heard.all.filter(({ type, from }) => type === 'offer' && from === by.id).length;
        assert.deepEqual([offers(here, comes), offers(comes, here)], [1, 0]);
      });
    }
  }

  test('everyone meets everyone, whatever the version, and is told of the others in the order in which they came', async (t) => {
    const place = await room();
    const ids = ['one', 'two', 'three', 'four', 'five', 'six'];
    const clients = [];
    for (const [at, id] of ids.entries()) {
      const client = normal(t, { ...place, id, version: versions.slice(1)[at % 3] });
      assert.deepEqual(await client.lists.next(), ids.slice(0, at));
      clients.push(client);
    }
    for (const a of clients) for (const b of clients) if (a !== b) await a.channel(b.id);
  });

  test('members get one list each, and no candidate comes from a stranger', async (t) => {
    const place = await room();
    const clients = [];
    for (const id of ['a', 'b', 'c']) clients.push(await joined(t, { ...place, id, version: '1.0.0' }));
    await Promise.all(clients.flatMap((a) => clients.filter((b) => b !== a).map((b) => a.channel(b.id))));
    for (const client of clients) {
      assert.equal(client.heard.all.filter(({ type }) => type === 'peer-list').length, 1);
      assert.deepEqual(client.mesh.strays, []);
    }
  });

  test('ids are what the clients say, letter by letter', async (t) => {
    const place = await room();
    // Two spellings of one word, a trailing space, and letters outside the first plane.
    const ids = ['caf\u00e9', 'cafe\u0301', 'cafe\u0301 ', 'CAF\u00c9', '\u{1f6aa}&?#%+', 'a\tb'];
    const clients = [];
    for (const id of ids) clients.push(await joined(t, { ...place, id, version: '2.1.0' }));
    for (const a of clients) for (const b of clients) if (a !== b) await a.channel(b.id);
  });

  test('of two that offer at once the one with the smaller id keeps its offer', async (t) => {
    const place = await room();
    // UTF-16 order puts the second before the first, the order of code points does not.
    const [large, small] = ['\uffee', '\u{10000}'];
    assert.ok(small < large);
    const a = await joined(t, { ...place, id: large, version: '1.1.0' });
    const b = await joined(t, { ...place, id: small, version: '2.1.0' });
    await meet(a, b);
    a.mesh.drop(small);
    b.mesh.drop(large);
    const before = [a, b].map(({ heard }) => heard.all.length);
    a.mesh.offer(small);
    b.mesh.offer(large);
    await meet(a, b);
    const types = [a, b].map(({ heard }, at) => heard.all.slice(before[at]).map(({ type }) => type).filter((type) => type !== 'ice-candidate'));
    assert.deepEqual(types, [['offer'], ['offer', 'answer']]);
  });

  for (const version of ['0.1.0', '1.0.0']) {
    test(`two tabs of ${version} with one token, which name their id only when they register, are two peers`, async (t) => {
      const place = await (version === '0.1.0' ? lobby() : room());
      const [left, right] = [`left tab of ${version}`, `right tab of ${version}`];
      const one = await joined(t, { ...place, version, id: left });
      const two = await joined(t, { ...place, version, id: right });
      await meet(one, two);
      assert.deepEqual(one.closed.all, []);
    });
  }

  test('who is in another room is not found', async (t) => {
    const [here, there] = [await room(), await room()];
    const one = normal(t, { ...here, id: 'one', version: '2.1.0' });
    assert.deepEqual(await one.lists.next(), []);
    const two = normal(t, { ...there, id: 'two', version: '2.1.0' });
    assert.deepEqual(await two.lists.next(), []);
    two.mesh.offer('one');
    const answer = await answered(two, 'error');
    assert.deepEqual(answer, {
      type: 'error', code: 'PEER_NOT_FOUND', message: 'Peer one is not connected', to: 'one',
    });
  });
});

describe('consumers', { concurrency: true }, () => {
  const coming = (place, id, token = consumerToken()) => ({ url: door.endpoint, room: place.room, id, getToken: async () => token });

  test('a consumer gets a channel to a normal, which learns what it is', async (t) => {
    const place = await room();
    const server = await joined(t, { ...place, id: 'server', version: '2.1.0' });
    const caller = consumer(t, coming(place, 'caller'));
    const { server: chosen, channel } = await caller.call();
    assert.deepEqual([chosen, channel.label], ['server', 'rpc']);
    await server.channel('caller');
    assert.equal(server.mesh.roleOf('caller'), 'consumer');
  });

  test('consumers are in no list of peers, and 1.x normals in no list of servers', async (t) => {
    const place = await room();
    await joined(t, { ...place, id: 'new', version: '2.1.0' });
    await joined(t, { ...place, id: 'old', version: '1.1.0' });
    const caller = consumer(t, coming(place, 'caller'));
    assert.deepEqual(await caller.lists.next(), ['new']);
    const late = normal(t, { ...place, id: 'late', version: '1.0.0' });
    assert.deepEqual(await late.lists.next(), ['new', 'old']);
  });

  test('a bad token is refused with words before the close', async (t) => {
    const place = await room();
    const caller = consumer(t, coming(place, 'caller', 'a.b.c'));
    await assert.rejects(caller.connect(), { status: 'UNAUTHENTICATED', message: 'invalid or expired consumer token' });
    assert.deepEqual(await caller.closed.next(), { code: 4003, reason: 'invalid consumer token' });
  });

  test('a consumer that found nobody is told when a normal comes, and can call', async (t) => {
    const place = await room();
    const caller = consumer(t, coming(place, 'caller'));
    await assert.rejects(caller.connect(), { status: 'UNAVAILABLE', message: 'no Normal Clients' });
    await caller.lists.next();
    await joined(t, { ...place, id: 'server', version: '2.1.0' });
    await listed(caller, ['server']);
    assert.equal((await caller.call()).server, 'server');
  });

  test('when its normal leaves, a consumer fails over to the next', async (t) => {
    const place = await room();
    const first = await joined(t, { ...place, id: 'first', version: '2.1.0' });
    await joined(t, { ...place, id: 'second', version: '2.1.0' });
    const caller = consumer(t, coming(place, 'caller'));
    assert.deepEqual((await caller.call()).server, 'first');
    first.disconnect();
    await listed(caller, ['second']);
    assert.equal((await caller.call()).server, 'second');
  });
});

/** The room of clients that name none. */
async function lobby() {
  const { token } = await door.issue({ ttl: '1h' });
  return { room: 'default', url: `${door.endpoint}?token=${token}` };
}

/** Waits for the first message of that type. */
async function answered(client, type) {
  for (;;) {
    const message = await client.heard.next();
    if (message.type === type) return message;
  }
}

/** Waits until the consumer's candidates are these. */
async function listed(client, servers) {
  let list;
  do list = await client.lists.next();
  while (JSON.stringify(list) !== JSON.stringify(servers));
}
