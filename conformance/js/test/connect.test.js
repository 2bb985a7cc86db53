// Who may connect, and what a refusal looks like to the official client.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { FORMATS, Peer, connected } from '../lib/client.js';
import { startServer } from '../lib/server.js';
import { inSeconds, token, unsigned } from '../lib/token.js';

const server = await startServer();
const open = await startServer({ 'client.allow_anonymous_connect_without_token': true });
const insecure = await startServer({}, ['--client.insecure']);
after(() => Promise.all([server.stop(), open.stop(), insecure.stop()]));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

for (const format of FORMATS) {
  describe(`connecting in ${format}`, () => {
    test('a token signed with the shared secret opens the door', async (t) => {
      const peer = new Peer(t, format, server.endpoint, { claims: { sub: 'ann', exp: inSeconds(600) } });
      const context = await peer.connect();
      assert.match(context.client, UUID);
      assert.equal(context.transport, 'websocket');
    });

    for (const alg of ['HS384', 'HS512']) {
      test(`a token signed with ${alg} is as good`, async (t) => {
        const peer = new Peer(t, format, server.endpoint, { token: token({ sub: 'ann' }, { alg }) });
        await peer.connect();
      });
    }

    test('every connection of a user has an id of its own', async (t) => {
      const first = await connected(t, format, server, { sub: 'ann' });
      const second = await connected(t, format, server, { sub: 'ann' });
      assert.notEqual(first.id, second.id);
    });

    test('data, name and version of the client are accepted', async (t) => {
      const peer = new Peer(t, format, server.endpoint, { claims: { sub: 'ann' }, name: 'conformance', version: '1.2.3' });
      peer.client.setData(peer.payload({ theme: 'dark' }));
      await peer.connect();
    });

    test('no token where anonymous visitors are not allowed ends in 3501, for good', async (t) => {
      await refused(t, format, {}, { code: 3501, reason: 'bad request' });
    });

    const bad = {
      'a token signed with another secret': token({ sub: 'ann' }, { secret: 'guessed' }),
      'a token without a signature': unsigned({ sub: 'ann' }),
      'something that is no token': 'not-a-token',
      'a token whose user is a number': token({ sub: 42 }),
      'a token made for a subscription': token({ sub: 'ann', channel: 'room:1' }),
    };
    for (const [what, given] of Object.entries(bad)) {
      test(`${what} ends in 3500, for good`, async (t) => {
        await refused(t, format, { token: given }, { code: 3500, reason: 'invalid token' });
      });
    }

    for (const [what, claims] of Object.entries({
      'an expired token': { sub: 'ann', exp: inSeconds(-60) },
      'a token that is not valid yet': { sub: 'ann', nbf: inSeconds(600) },
    })) {
      test(`${what} makes the client ask for another one, with which it gets in`, async (t) => {
        let asked = 0;
        const getToken = async () => { asked += 1; return token({ sub: 'ann' }); };
        const peer = new Peer(t, format, server.endpoint, { claims, getToken });
        await peer.connect();
        assert.equal(asked, 1);
        const { error } = await peer.on.error.next();
        assert.deepEqual([error.code, error.message], [109, 'token expired']);
      });
    }

    test('an anonymous visitor gets in where that is allowed, but only into channels open to him', async (t) => {
      const visitor = new Peer(t, format, open.endpoint);
      await visitor.connect();
      const lobby = await visitor.subscribe('lobby:1');
      const { clients } = await lobby.subscription.presence();
      assert.deepEqual(Object.values(clients).map(({ user }) => user), ['']);
      const { subscription, on } = visitor.subscription('room:1');
      subscription.subscribe();
      const { code } = await on.unsubscribed.next();
      assert.equal(code, 103);
    });

    test('a server told to be insecure lets anyone in, to any channel, to publish and to look', async (t) => {
      const visitor = new Peer(t, format, insecure.endpoint);
      await visitor.connect();
      const { subscription, on } = await visitor.subscribe(`locked:${format}`);
      await subscription.publish(visitor.payload({ n: 1 }));
      const publication = await on.publication.next();
      assert.deepEqual(visitor.value(publication.data), { n: 1 });
      assert.equal((await subscription.presenceStats()).numClients, 1);
      assert.equal((await subscription.history({ limit: 10 })).publications.length, 1);
    });
  });
}

async function refused(t, format, options, expected) {
  const peer = new Peer(t, format, server.endpoint, options);
  peer.client.connect();
  const { code, reason } = await peer.on.disconnected.next();
  assert.deepEqual({ code, reason }, expected);
  assert.equal(peer.client.state, 'disconnected');
}
