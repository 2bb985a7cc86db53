// Subscriptions, publications, presence, joins and leaves, and what payloads may be.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { FORMATS, connected, Peer } from '../lib/client.js';
import { startServer } from '../lib/server.js';

const server = await startServer();
after(() => server.stop());

const numbers = (peer, publications) => publications.map(({ data }) => peer.value(data).n);
const publish = (channel, n, more = {}) => server.api('publish', { channel, data: { n }, ...more });

for (const format of FORMATS) {
  describe(`channels in ${format}`, () => {
    const ann = { sub: 'ann', info: { name: 'Ann' } };
    const bob = { sub: 'bob' };

    test('a publisher who is subscribed gets his own publication, with who he is', async (t) => {
      const peer = await connected(t, format, server, ann);
      const { subscription, on } = await peer.subscribe(`room:own-${format}`);
      await subscription.publish(peer.payload({ n: 1 }));
      const { data, offset, info } = await on.publication.next();
      assert.deepEqual(peer.value(data), { n: 1 });
      assert.equal(offset, 1);
      assert.equal(info.user, 'ann');
      assert.equal(info.client, peer.id);
      assert.deepEqual(peer.value(info.connInfo), { name: 'Ann' });
    });

    test('a publication of the server API reaches every subscriber, with tags and without a sender', async (t) => {
      const channel = `room:api-${format}`;
      const peers = [await connected(t, format, server, ann), await connected(t, format, server, bob)];
      const subscriptions = await Promise.all(peers.map((peer) => peer.subscribe(channel)));
      await publish(channel, 7, { tags: { color: 'red' } });
      for (const [i, { on }] of subscriptions.entries()) {
        const publication = await on.publication.next();
        assert.deepEqual(peers[i].value(publication.data), { n: 7 });
        assert.deepEqual(publication.tags, { color: 'red' });
        assert.equal(publication.info, undefined);
      }
    });

    test('publications arrive in the order in which they were made, at every subscriber', async (t) => {
      const channel = `room:order-${format}`;
      const writer = await connected(t, format, server, ann);
      const readers = [await connected(t, format, server, bob), await connected(t, format, server, bob)];
      const written = await writer.subscribe(channel);
      const read = await Promise.all(readers.map((reader) => reader.subscribe(channel)));
      const expected = Array.from({ length: 60 }, (_, n) => n);
      await Promise.all(expected.map((n) => written.subscription.publish(writer.payload({ n }))));
      for (const [i, { on }] of read.entries()) {
        const publications = await on.publication.take(expected.length);
        assert.deepEqual(numbers(readers[i], publications), expected);
        assert.deepEqual(publications.map(({ offset }) => offset), expected.map((n) => n + 1));
      }
    });

    test('a channel without history delivers publications without offsets', async (t) => {
      const peer = await connected(t, format, server, ann);
      const { subscription, on, context } = await peer.subscribe(`plain-${format}`);
      assert.deepEqual([context.positioned, context.recoverable], [false, false]);
      await subscription.publish(peer.payload({ n: 1 }));
      assert.equal((await on.publication.next()).offset, undefined);
    });

    test('whoever may publish needs no subscription for it', async (t) => {
      const channel = `loose-${format}`;
      const reader = await connected(t, format, server, bob);
      const { on } = await reader.subscribe(channel);
      const writer = await connected(t, format, server, ann);
      await writer.client.publish(channel, writer.payload({ n: 3 }));
      const { data, info } = await on.publication.next();
      assert.deepEqual(reader.value(data), { n: 3 });
      assert.equal(info.user, 'ann');
    });

    test('after unsubscribing nothing more arrives, and subscribing again works', async (t) => {
      const channel = `plain-again-${format}`;
      const peer = await connected(t, format, server, ann);
      const fence = await peer.subscribe(`plain-fence-${format}`);
      const { subscription, on } = await peer.subscribe(channel);
      subscription.unsubscribe();
      const { code } = await on.unsubscribed.next();
      assert.equal(code, 0);
      // Commands are answered in order, so the answer to this one shows that the server has unsubscribed us.
      await assert.rejects(peer.client.rpc('none', peer.payload({})), { code: 108 });
      await publish(channel, 1);
      await publish(`plain-fence-${format}`, 2);
      await fence.on.publication.next();
      assert.deepEqual(on.publication.all, []);
      subscription.subscribe();
      await subscription.ready();
      await publish(channel, 3);
      assert.deepEqual(numbers(peer, [await on.publication.next()]), [3]);
    });

    test('many subscriptions sent together with the connect command are all answered', async (t) => {
      const peer = new Peer(t, format, server.endpoint, { claims: ann });
      const channels = Array.from({ length: 40 }, (_, i) => `room:many-${format}-${i}`);
      const made = channels.map((channel) => peer.subscription(channel));
      for (const { subscription } of made) subscription.subscribe();
      await peer.connect();
      const contexts = await Promise.all(made.map(({ on }) => on.subscribed.next()));
      assert.deepEqual(contexts.map(({ channel }) => channel), channels);
    });

    test('presence lists each connection in the channel, and its statistics count users once', async (t) => {
      const channel = `room:presence-${format}`;
      const first = await connected(t, format, server, ann);
      const second = await connected(t, format, server, ann);
      const third = await connected(t, format, server, bob);
      const [{ subscription }] = await Promise.all([first, second, third].map((peer) => peer.subscribe(channel)));
      const { clients } = await subscription.presence();
      assert.deepEqual(Object.keys(clients).sort(), [first.id, second.id, third.id].sort());
      assert.equal(clients[third.id].user, 'bob');
      assert.deepEqual(first.value(clients[second.id].connInfo), { name: 'Ann' });
      const { numClients, numUsers } = await subscription.presenceStats();
      assert.deepEqual([numClients, numUsers], [3, 2]);
    });

    test('a member sees his own join, then others come and go', async (t) => {
      const channel = `room:doorway-${format}`;
      const host = await connected(t, format, server, ann);
      const { on } = await host.subscribe(channel);
      assert.equal((await on.join.next()).info.client, host.id);
      const guest = await connected(t, format, server, bob);
      const visit = await guest.subscribe(channel);
      assert.deepEqual(who(await on.join.next()), { user: 'bob', client: guest.id });
      visit.subscription.unsubscribe();
      assert.deepEqual(who(await on.leave.next()), { user: 'bob', client: guest.id });
      visit.subscription.subscribe();
      assert.deepEqual(who(await on.join.next()), { user: 'bob', client: guest.id });
      guest.client.disconnect();
      assert.deepEqual(who(await on.leave.next()), { user: 'bob', client: guest.id });
    });

    test('joins and leaves come to those who ask where they are not forced on everyone', async (t) => {
      const channel = `ask:doorway-${format}`;
      const asking = await connected(t, format, server, ann);
      const silent = await connected(t, format, server, ann);
      const heard = await asking.subscribe(channel, { joinLeave: true });
      const unheard = await silent.subscribe(channel);
      const guest = await connected(t, format, server, bob);
      await guest.subscribe(channel);
      const users = (await heard.on.join.take(3)).map(({ info }) => info.user);
      assert.deepEqual(users, ['ann', 'ann', 'bob']);
      await publish(channel, 1);
      await unheard.on.publication.next();
      assert.deepEqual(unheard.on.join.all, []);
    });

    test('a position is kept for those who ask for it where that is allowed', async (t) => {
      const peer = await connected(t, format, server, ann);
      const plain = await peer.subscribe(`ask:plain-${format}`);
      assert.deepEqual([plain.context.positioned, plain.context.recoverable], [false, false]);
      const positioned = await peer.subscribe(`ask:positioned-${format}`, { positioned: true });
      assert.deepEqual([positioned.context.positioned, positioned.context.recoverable], [true, false]);
      const recoverable = await peer.subscribe(`ask:recoverable-${format}`, { recoverable: true });
      assert.deepEqual([recoverable.context.positioned, recoverable.context.recoverable], [true, true]);
    });

    test('a command that nothing is configured for is answered with 108', async (t) => {
      const peer = await connected(t, format, server, ann);
      await assert.rejects(peer.client.rpc('anything', peer.payload({})), { code: 108, message: 'not available' });
    });
  });
}

describe('payloads', () => {
  test('every kind of JSON value arrives as it was sent', async (t) => {
    const peer = await connected(t, 'json', server, { sub: 'ann' });
    const { subscription, on } = await peer.subscribe('plain-json-values');
    const values = ['text', '<b>&\u2028"\\', 0, -1.5, true, null, [], {}, [1, { deep: ['☂', '😀'] }]];
    for (const value of values) await subscription.publish(value);
    assert.deepEqual((await on.publication.take(values.length)).map(({ data }) => data), values);
  });

  test('bytes that are no JSON pass between Protobuf clients', async (t) => {
    const peer = await connected(t, 'protobuf', server, { sub: 'ann' });
    const { subscription, on } = await peer.subscribe('plain-bytes');
    await subscription.publish(new Uint8Array([0, 255, 10, 13]));
    assert.deepEqual([...(await on.publication.next()).data], [0, 255, 10, 13]);
  });

  test('what a JSON client publishes is read by a Protobuf client, and the other way round', async (t) => {
    const writers = {};
    const subscribed = {};
    for (const format of FORMATS) {
      writers[format] = await connected(t, format, server, { sub: 'ann' });
      subscribed[format] = await writers[format].subscribe('plain-mixed');
    }
    for (const format of FORMATS) {
      await subscribed[format].subscription.publish(writers[format].payload({ from: format }));
      for (const other of FORMATS) {
        const { data } = await subscribed[other].on.publication.next();
        assert.deepEqual(writers[other].value(data), { from: format });
      }
    }
  });

  test('a JSON connection that would have to carry bytes that are no JSON is closed with 3506', async (t) => {
    const reader = await connected(t, 'json', server, { sub: 'ann' });
    await reader.subscribe('plain-foreign');
    const writer = await connected(t, 'protobuf', server, { sub: 'bob' });
    await writer.client.publish('plain-foreign', new Uint8Array([255]));
    const { code, reason } = await reader.on.disconnected.next();
    assert.deepEqual({ code, reason }, { code: 3506, reason: 'inappropriate protocol' });
  });

  test('publications of tens of kilobytes arrive whole', async (t) => {
    const peer = await connected(t, 'json', server, { sub: 'ann' });
    const { subscription, on } = await peer.subscribe('plain-large');
    const text = 'é'.repeat(30_000);
    await subscription.publish({ text });
    assert.equal((await on.publication.next()).data.text, text);
  });
});

function who({ info }) {
  return { user: info.user, client: info.client };
}
