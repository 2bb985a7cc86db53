// Two processes whose only path to each other is a relay, which lets in whoever has credentials that the door gave out.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startCoturn } from '../lib/coturn.js';
import { startDoor } from '../lib/door.js';
import { peer } from '../lib/process.js';

let coturn;
let door;

before(async () => {
  coturn = await startCoturn();
  door = await startDoor({ SIGNAL_TURN_SECRET: coturn.secret, SIGNAL_TURN_URLS: coturn.url });
});

after(async () => {
  await Promise.all([door?.stop(), coturn?.stop()]);
});

/** What the door answers to the holder of a room token. */
async function ice(token, how = { headers: { authorization: `Bearer ${token}` } }) {
  const response = await fetch(`${door.http}/ice${how.query ?? ''}`, { headers: how.headers ?? {} });
  assert.equal(response.status, 200);
  return (await response.json()).iceServers;
}

/** Two peers that may use nothing but the relay. */
async function pair(t, room, token, iceServers) {
  const settings = { version: '2.1.0', url: `${door.endpoint}?token=${token}`, room, ice: { iceServers, relayOnly: true } };
  const one = await peer(t, { ...settings, id: 'one' });
  await one.on('listed').next();
  return [one, await peer(t, { ...settings, id: 'other' })];
}

describe('through the relay alone', { concurrency: true }, () => {
  const ways = {
    'GET /ice with a bearer token': ({ token }) => ice(token),
    'GET /ice with a token parameter': ({ token }) => ice(token, { query: `?token=${token}` }),
    'the answer of POST /token': ({ iceServers }) => iceServers,
  };
  for (const [name, get] of Object.entries(ways)) {
    test(`peers with credentials from ${name} exchange data`, async (t) => {
      const issued = await door.issue({ subject: name, ttl: '1h' });
      const iceServers = await get(issued);
      assert.deepEqual(iceServers.flatMap(({ urls }) => urls), [coturn.url]);
      const [one, other] = await pair(t, name, issued.token, iceServers);
      for (const end of [one, other]) assert.deepEqual((await end.on('open').next()).path, { local: 'relay', remote: 'relay' });
      one.say('other', 'through the relay');
      assert.equal((await other.on('said').next()).text, 'through the relay');
      other.say('one', 'and back');
      assert.equal((await one.on('said').next()).text, 'and back');
    });
  }

  test('peers with a changed credential have no path', async (t) => {
    const issued = await door.issue({ subject: 'changed', ttl: '1h' });
    const [entry] = await ice(issued.token);
    const forged = [{ ...entry, credential: Buffer.alloc(20).toString('base64') }];
    const [one, other] = await pair(t, 'changed', issued.token, forged);
    await Promise.all([one.on('gathered').next(), other.on('gathered').next()]);
    const kinds = [one, other].flatMap((end) => end.on('candidate').all);
    assert.deepEqual(kinds, [], 'the relay gave an address to a stranger');
  });
});
