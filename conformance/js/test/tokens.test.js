// Tokens that end, tokens for one channel, and who may do what.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { FORMATS, Peer, connected } from '../lib/client.js';
import { startServer } from '../lib/server.js';
import { inSeconds, token } from '../lib/token.js';
import { resolvers, within } from '../../lib/waiting.js';

const server = await startServer();
const hasty = await startServer({
  'client.expired_close_delay': '1s',
  'client.expired_sub_close_delay': '1s',
  'client.presence_update_interval': '1s',
});
after(() => Promise.all([server.stop(), hasty.stop()]));

// Most of these tests wait for a token to end, so they wait together.
describe('tokens', { concurrency: true }, () => FORMATS.forEach(tokens));

function tokens(format) {
  describe(`a connection whose token ends, in ${format}`, { concurrency: true }, () => {
    test('is kept by a fresh token: the client asks for one and the connection lives on', async (t) => {
      let asked = 0;
      const renewed = resolvers();
      const getToken = async () => {
        asked += 1;
        renewed.resolve();
        return token({ sub: 'ann', exp: inSeconds(600) });
      };
      const peer = new Peer(t, format, hasty.endpoint, { claims: { sub: 'ann', exp: inSeconds(2) }, getToken });
      await peer.connect();
      const { on } = await peer.subscribe(`plain-refresh-${format}`);
      const doomed = await connected(t, format, hasty, { sub: 'bob', exp: inSeconds(3) });
      await within(renewed.promise, 'the question for a fresh token');
      // The other connection, which cannot renew, shows that the time to close an expired one has passed.
      await doomed.on.disconnected.next();
      await hasty.api('publish', { channel: `plain-refresh-${format}`, data: { n: 1 } });
      assert.deepEqual(peer.value((await on.publication.next()).data), { n: 1 });
      assert.equal(asked, 1);
      assert.equal(peer.on.connecting.all.length, 1);
    });

    test('is closed with 3005 when none comes in time, and the client is back as soon as it has one', async (t) => {
      const late = resolvers();
      const peer = new Peer(t, format, hasty.endpoint, { claims: { sub: 'ann', exp: inSeconds(2) }, getToken: () => late.promise });
      await peer.connect();
      await peer.on.connecting.next();
      const { code, reason } = await peer.on.connecting.next();
      assert.deepEqual({ code, reason }, { code: 3005, reason: 'connection expired' });
      late.resolve(token({ sub: 'ann' }));
      await peer.on.connected.next();
    });

    test('is closed for good when the fresh token is another user’s', async (t) => {
      const getToken = async () => token({ sub: 'bob', exp: inSeconds(600) });
      const peer = new Peer(t, format, hasty.endpoint, { claims: { sub: 'ann', exp: inSeconds(2) }, getToken });
      await peer.connect();
      const { code, reason } = await peer.on.disconnected.next();
      assert.deepEqual({ code, reason }, { code: 3500, reason: 'invalid token' });
    });

    test('is renewed when `expire_at` says so, whatever the end of the token', async (t) => {
      const asked = resolvers();
      const getToken = async () => { asked.resolve(); return token({ sub: 'ann' }); };
      const claims = { sub: 'ann', exp: inSeconds(600), expire_at: inSeconds(2) };
      const peer = new Peer(t, format, hasty.endpoint, { claims, getToken });
      await peer.connect();
      await within(asked.promise, 'the question for a fresh token');
    });
  });

  describe(`a subscription token, in ${format}`, { concurrency: true }, () => {
    const channel = (name) => `$locked:${name}-${format}`;

    test('opens a private channel, and brings data for the subscriber and information about him', async (t) => {
      const name = channel('open');
      const ann = await connected(t, format, server, { sub: 'ann' });
      const claims = { sub: 'ann', channel: name, info: { role: 'host' }, data: { welcome: true } };
      const { context, subscription } = await ann.subscribe(name, { token: token(claims) });
      assert.deepEqual(ann.value(context.data), { welcome: true });
      await assert.rejects(subscription.presence(), { code: 103 });
      const { presence } = await server.api('presence', { channel: name });
      assert.deepEqual(presence[ann.id].chan_info, { role: 'host' });
    });

    test('is what a private channel cannot do without', async (t) => {
      await denied(t, channel('without'), {}, 103);
    });

    test('that is signed with another secret is answered with 103', async (t) => {
      const name = channel('forged');
      await denied(t, name, { token: token({ sub: 'ann', channel: name }, { secret: 'guessed' }) }, 103);
    });

    for (const [what, claims] of Object.entries({
      'of another user': (name) => ({ sub: 'bob', channel: name }),
      'of another channel': (name) => ({ sub: 'ann', channel: `${name}-other` }),
    })) {
      test(`${what} ends the connection with 3500`, async (t) => {
        const name = channel(what.split(' ').pop());
        const ann = await connected(t, format, server, { sub: 'ann' });
        ann.subscription(name, { token: token(claims(name)) }).subscription.subscribe();
        const { code } = await ann.on.disconnected.next();
        assert.equal(code, 3500);
      });
    }

    test('that has expired is replaced by the client before it subscribes', async (t) => {
      const name = channel('expired');
      const ann = await connected(t, format, server, { sub: 'ann' });
      const getToken = async (context) => token({ sub: 'ann', channel: context.channel });
      const options = { token: token({ sub: 'ann', channel: name, exp: inSeconds(-5) }), getToken };
      const { on } = await ann.subscribe(name, options);
      assert.equal((await on.error.next()).error.code, 109);
    });

    test('that ends is renewed in place', async (t) => {
      const name = channel('renewed');
      const ann = await connected(t, format, hasty, { sub: 'ann' });
      const renewed = resolvers();
      const getToken = async (context) => {
        renewed.resolve();
        return token({ sub: 'ann', channel: context.channel, exp: inSeconds(600) });
      };
      const first = token({ sub: 'ann', channel: name, exp: inSeconds(2) });
      const { on } = await ann.subscribe(name, { token: first, getToken });
      const doomed = channel('doomed');
      const bob = await connected(t, format, hasty, { sub: 'bob' });
      const other = await bob.subscribe(doomed, { token: token({ sub: 'bob', channel: doomed, exp: inSeconds(3) }) });
      await within(renewed.promise, 'the question for a fresh token');
      // The other subscription, which cannot be renewed, shows that the time to end an expired one has passed.
      await other.on.unsubscribed.next();
      await hasty.api('publish', { channel: name, data: { n: 1 } });
      assert.deepEqual(ann.value((await on.publication.next()).data), { n: 1 });
      assert.equal(on.subscribing.all.length, 1);
    });

    async function denied(t, name, options, expected) {
      const ann = await connected(t, format, server, { sub: 'ann' });
      const { subscription, on } = ann.subscription(name, options);
      subscription.subscribe();
      assert.equal((await on.unsubscribed.next()).code, expected);
      assert.equal(ann.client.state, 'connected');
    }
  });
}
