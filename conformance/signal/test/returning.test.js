// Sockets end: taken over, lost, refused, or because the server starts anew. Clients come back by their own rules alone.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { HandClock } from '../lib/clock.js';
import { startDoor } from '../lib/door.js';
import { normal } from '../lib/normal.js';
import { VERSIONS } from '../lib/versions.js';

const versions = Object.keys(VERSIONS);
const door = await startDoor();
after(() => door.stop());

const meet = (a, b) => Promise.all([a.channel(b.id), b.channel(a.id)]);

/** A room with the address that its members configure. Clients of 0.1.0 name none, and have a door to themselves. */
async function place(t, name, version) {
  if (VERSIONS[version].query.includes('room')) return { room: name, url: await door.url(name) };
  const own = await startDoor();
  t.after(() => own.stop());
  return shared(own);
}

/** The room of those who name none. */
async function shared(at) {
  return { room: 'default', url: await at.url('default') };
}

async function joined(t, settings) {
  const client = normal(t, settings);
  await client.lists.next();
  return client;
}

describe('a socket that ends', { concurrency: true }, () => {
  for (const version of versions) {
    test(`${version} that lost its socket comes back, finds its peers and is found`, async (t) => {
      const here = await place(t, `lost ${version}`, version);
      const stays = await joined(t, { ...here, id: 'stays', version });
      const returns = await joined(t, { ...here, id: 'returns', version });
      await meet(stays, returns);
      stays.mesh.drop('returns');
      returns.mesh.drop('stays');
      returns.lose();
      assert.deepEqual(await returns.lists.next(), ['stays']);
      await meet(stays, returns);
      const later = await joined(t, { ...here, id: 'later', version });
      await Promise.all([meet(later, returns), meet(later, stays)]);
    });
  }

  test('who takes an id over is served, and who had it is told so', async (t) => {
    const here = await place(t, 'takeover', '2.1.0');
    const peer = await joined(t, { ...here, id: 'peer', version: '2.1.0' });
    const clock = new HandClock();
    const before = await joined(t, { ...here, id: 'me', version: '2.1.0', clock });
    const now = normal(t, { ...here, id: 'me', version: '2.1.0' });
    assert.deepEqual(await now.lists.next(), ['peer']);
    assert.deepEqual(await before.close(), { code: 1000, reason: 'replaced by new connection' });
    await meet(peer, now);
    // The late end of the old socket must not take the new one out of the room.
    const late = normal(t, { ...here, id: 'late', version: '2.1.0' });
    assert.deepEqual(await late.lists.next(), ['peer', 'me']);
    await meet(late, now);
  });

  test('a client whose old socket is only half gone is served at once when it comes back', async (t) => {
    const here = await place(t, 'half gone', '1.1.0');
    await joined(t, { ...here, id: 'peer', version: '1.1.0' });
    const frozen = await joined(t, { ...here, id: 'me', version: '1.1.0', clock: new HandClock() });
    frozen.freeze();
    const again = normal(t, { ...here, id: 'me', version: '1.1.0' });
    assert.deepEqual(await again.lists.next(), ['peer']);
  });
});

describe('two tabs with one id', { concurrency: true }, () => {
  /** Takeovers after which a fight has to be over. */
  const BLOWS = 20;
  /** Attempts of the loser that the winner must stand. */
  const KNOCKS = 5;

  // 1.0 and older begin their back-off anew with every socket that opens, though it is closed at once.
  const calmed = (version) => VERSIONS[version].calms === 'open';

  for (const version of versions) {
    const other = calmed(version) ? 'knocks once a second' : 'waits longer and longer';
    test(`of ${version} do not fight for ever: one stays and can be reached, the other ${other}`, async (t) => {
      const here = await place(t, `tabs ${version}`, version);
      const tab = () => normal(t, { ...here, id: 'same', version, clock: new HandClock(), dice: () => 0 });
      let winner = tab();
      assert.equal(await winner.turns.next(), 'in');
      let loser = tab();
      let blows = 0;
      // Whoever comes is let in and throws the other out, which comes back at once, until the server has seen enough.
      while ((await loser.turns.next()) === 'in') {
        blows += 1;
        assert.ok(blows < BLOWS, `${blows} takeovers, and no end`);
        assert.equal(await winner.turns.next(), 'out');
        [winner, loser] = [loser, winner];
        await loser.clock.skip();
      }
      const waits = [];
      while (waits.length < KNOCKS) {
        waits.push(await loser.clock.skip());
        assert.equal(await loser.turns.next(), 'out');
      }
      const expected = calmed(version) ? [1000, 1000, 1000, 1000, 1000] : [2000, 4000, 8000, 16_000, 30_000];
      assert.deepEqual(waits, expected);
      const peer = await joined(t, { ...here, id: 'peer', version });
      await meet(winner, peer);
    });
  }
});

describe('the wait before coming back', { concurrency: true }, () => {
  const middle = () => 0.5;

  test('doubles from 1.15 s to 30 s for 1.1 and later while the server refuses them', async (t) => {
    for (const version of ['1.1.0', '2.1.0']) {
      const clock = new HandClock();
      const client = normal(t, { url: `${door.endpoint}?token=none`, room: 'refused', id: 'me', version, clock, dice: middle });
      const waits = [];
      while (waits.length < 8) waits.push(await clock.skip());
      assert.deepEqual(waits.map(Math.round), [1150, 2300, 4600, 9200, 18_400, 30_000, 30_000, 30_000]);
      assert.deepEqual(client.heard.all, [], 'a refused client was sent something that calms it');
      assert.deepEqual(client.closed.all[0], { code: 4003, reason: 'Invalid or expired token' });
    }
  });

  test('begins anew once the server has let the client in', async (t) => {
    const here = await place(t, 'calmed', '2.1.0');
    const clock = new HandClock();
    const client = normal(t, { ...here, id: 'me', version: '2.1.0', clock, dice: middle });
    for (let times = 0; times < 3; times += 1) {
      await client.lists.next();
      client.lose();
      assert.equal(Math.round(await clock.skip()), 1150);
    }
  });
});

describe('a server that starts anew', () => {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    test(`clients of every version come back after ${signal}, find each other, and keep the channels they have`, async (t) => {
      const restarted = await startDoor();
      t.after(() => restarted.stop());
      const here = await shared(restarted);
      const clients = [];
      for (const version of versions) clients.push(await joined(t, { ...here, id: `of ${version}`, version }));
      await everyone(clients);
      const kept = clients[0].mesh.connection(clients[1].id).channel;
      await restarted.stop(signal);
      for (const client of clients) await client.close();
      await restarted.start();
      for (const client of clients) await client.lists.next();
      assert.equal(clients[0].mesh.connection(clients[1].id).channel, kept);
      const late = await joined(t, { ...here, id: 'late', version: '2.1.0' });
      await everyone([...clients, late]);
    });
  }
});

async function everyone(clients) {
  for (const a of clients) for (const b of clients) if (a !== b) await a.channel(b.id);
}
