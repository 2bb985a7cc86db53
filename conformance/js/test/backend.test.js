// What a backend does to connections: subscriptions that come with the token, and the effects of the server API.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { FORMATS, connected } from '../lib/client.js';
import { startServer } from '../lib/server.js';
import { inSeconds, token } from '../lib/token.js';

const server = await startServer();
const personal = await startServer({
  'client.subscribe_to_user_personal_channel.enabled': true,
  'client.subscribe_to_user_personal_channel.personal_channel_namespace': 'personal',
});
after(() => Promise.all([server.stop(), personal.stop()]));

for (const format of FORMATS) {
  describe(`subscriptions that the server makes, in ${format}`, () => {
    test('the channels of the token are there with the connection, and deliver', async (t) => {
      const channels = [`room:token-${format}`, `token-${format}`];
      const ann = await connected(t, format, server, { sub: 'ann', channels });
      const subscribed = await ann.on.subscribed.take(2);
      assert.deepEqual(subscribed.map(({ channel }) => channel).sort(), [...channels].sort());
      for (const channel of channels) {
        await server.api('publish', { channel, data: { to: channel } });
        const publication = await ann.on.publication.next();
        assert.equal(publication.channel, channel);
        assert.deepEqual(ann.value(publication.data), { to: channel });
      }
    });

    test('the token says for each channel what others see and what the client gets', async (t) => {
      const channel = `personal:subs-${format}`;
      const claims = { sub: 'ann', subs: { [channel]: { info: { seat: 4 }, data: { hello: 1 } } } };
      const ann = await connected(t, format, server, claims);
      assert.deepEqual(ann.value((await ann.on.subscribed.next()).data), { hello: 1 });
      const { presence } = await server.api('presence', { channel });
      assert.deepEqual(presence, { [ann.id]: { client: ann.id, user: 'ann', chan_info: { seat: 4 } } });
    });

    test('the token may override the options of the channel', async (t) => {
      const channel = `locked:override-${format}`;
      const override = { presence: { value: false }, force_recovery: { value: true } };
      const ann = await connected(t, format, server, { sub: 'ann', subs: { [channel]: { override } } });
      const { recoverable } = await ann.on.subscribed.next();
      assert.equal(recoverable, true);
      assert.deepEqual(await server.api('presence', { channel }), { presence: {} });
    });

    test('joins and leaves of such a channel reach the client', async (t) => {
      const channel = `room:given-${format}`;
      const ann = await connected(t, format, server, { sub: 'ann', channels: [channel] });
      assert.equal((await ann.on.join.next()).info.client, ann.id);
      const bob = await connected(t, format, server, { sub: 'bob', channels: [channel] });
      assert.equal((await ann.on.join.next()).info.client, bob.id);
      bob.client.disconnect();
      assert.equal((await ann.on.leave.next()).info.client, bob.id);
    });

    test('a client that subscribes to such a channel itself is told 105', async (t) => {
      const channel = `room:twice-${format}`;
      const ann = await connected(t, format, server, { sub: 'ann', channels: [channel] });
      const { subscription, on } = ann.subscription(channel);
      subscription.subscribe();
      assert.equal((await on.unsubscribed.next()).code, 105);
    });

    test('every user has a channel of his own where that is on', async (t) => {
      const ann = await connected(t, format, personal, { sub: 'ann' });
      assert.equal((await ann.on.subscribed.next()).channel, 'personal:#ann');
      await personal.api('publish', { channel: 'personal:#ann', data: { mail: 3 } });
      assert.deepEqual(ann.value((await ann.on.publication.next()).data), { mail: 3 });
    });

    test('a token that subscribes to an unknown namespace does not connect', async (t) => {
      const ann = await connected(t, format, server, { sub: 'ann' });
      ann.client.disconnect();
      await ann.on.disconnected.next();
      ann.client.setToken(token({ sub: 'ann', channels: ['nowhere:1'] }));
      ann.client.connect();
      assert.equal((await ann.on.disconnected.next()).code, 102);
    });
  });

  describe(`the server API acting on connections, in ${format}`, () => {
    // Tests of this file share a server, so each has users of its own.
    const user = (name) => `${name}-${format}`;

    test('disconnect ends all connections of the user with 3503, for good', async (t) => {
      const sub = user('gone');
      const both = [await connected(t, format, server, { sub }), await connected(t, format, server, { sub })];
      const bystander = await connected(t, format, server, { sub: user('bystander') });
      await server.api('disconnect', { user: sub });
      for (const peer of both) {
        const { code, reason } = await peer.on.disconnected.next();
        assert.deepEqual({ code, reason }, { code: 3503, reason: 'force disconnect' });
      }
      await assert.rejects(bystander.client.rpc('none', bystander.payload({})), { code: 108 });
    });

    test('disconnect carries the code and reason it is given, and below 4500 the client comes back', async (t) => {
      const sub = user('custom');
      const ann = await connected(t, format, server, { sub });
      await ann.on.connecting.next();
      await server.api('disconnect', { user: sub, disconnect: { code: 4100, reason: 'come again' } });
      const { code, reason } = await ann.on.connecting.next();
      assert.deepEqual({ code, reason }, { code: 4100, reason: 'come again' });
      await ann.on.connected.next();
      await server.api('disconnect', { user: sub, disconnect: { code: 4600, reason: 'stay away' } });
      const end = await ann.on.disconnected.next();
      assert.deepEqual([end.code, end.reason], [4600, 'stay away']);
    });

    test('disconnect can mean one connection, or all but some', async (t) => {
      const sub = user('picky');
      const arrivals = [1, 2, 3].map(() => connected(t, format, server, { sub }));
      const [first, second, third] = await Promise.all(arrivals);
      await server.api('disconnect', { user: sub, client: first.id });
      await first.on.disconnected.next();
      await server.api('disconnect', { user: sub, whitelist: [third.id] });
      await second.on.disconnected.next();
      await assert.rejects(third.client.rpc('none', third.payload({})), { code: 108 });
    });

    test('unsubscribe ends the user’s subscription with 2000 and leaves the connection alone', async (t) => {
      const channel = `room:unsubscribe-${format}`;
      const sub = user('leaver');
      const ann = await connected(t, format, server, { sub });
      const { on } = await ann.subscribe(channel);
      await server.api('unsubscribe', { user: sub, channel });
      const { code, reason } = await on.unsubscribed.next();
      assert.deepEqual({ code, reason }, { code: 2000, reason: 'server unsubscribe' });
      assert.equal((await server.api('presence_stats', { channel })).num_clients, 0);
      assert.equal(ann.client.state, 'connected');
    });

    test('subscribe adds a channel to the user’s connections, which unsubscribe takes away', async (t) => {
      const channel = `room:subscribe-${format}`;
      const sub = user('joiner');
      const ann = await connected(t, format, server, { sub });
      await server.api('subscribe', { user: sub, channel, data: { why: 'invited' }, info: { guest: true } });
      const context = await ann.on.subscribed.next();
      assert.deepEqual([context.channel, context.recoverable, context.positioned], [channel, true, true]);
      assert.deepEqual(ann.value(context.data), { why: 'invited' });
      assert.deepEqual(ann.value((await ann.on.join.next()).info.chanInfo), { guest: true });
      await server.api('publish', { channel, data: { n: 1 } });
      assert.deepEqual(ann.value((await ann.on.publication.next()).data), { n: 1 });
      await server.api('unsubscribe', { user: sub, channel });
      assert.equal((await ann.on.unsubscribed.next()).channel, channel);
    });

    test('refresh that says expired ends the connection with 3005, and the client returns', async (t) => {
      const sub = user('expired');
      const ann = await connected(t, format, server, { sub, exp: inSeconds(600) }, { getToken: async () => token({ sub }) });
      await ann.on.connecting.next();
      await server.api('refresh', { user: sub, expired: true });
      const { code, reason } = await ann.on.connecting.next();
      assert.deepEqual({ code, reason }, { code: 3005, reason: 'connection expired' });
      await ann.on.connected.next();
    });
  });
}
