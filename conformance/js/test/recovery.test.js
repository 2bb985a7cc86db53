// What a client finds when it comes back after its connection was cut.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { cable } from '../lib/cable.js';
import { FORMATS, connected } from '../lib/client.js';
import { startServer } from '../lib/server.js';
import { token } from '../lib/token.js';

const server = await startServer();
after(() => server.stop());

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function publish(channel, from, to) {
  for (const n of range(from, to)) await server.api('publish', { channel, data: { n } });
}

for (const format of FORMATS) {
  describe(`recovery in ${format}`, () => {
    /** A subscriber behind a cable, and what to do with it. */
    async function subscriber(t, channel, options) {
      const line = await cable(t, server);
      const peer = await connected(t, format, server, { sub: 'ann' }, { endpoint: line.endpoint });
      const made = await peer.subscribe(channel, options);
      const numbers = async (count) => (await made.on.publication.take(count)).map(({ data }) => peer.value(data).n);
      /** Cuts the line, does something meanwhile, and resolves with the new 'subscribed' context. */
      const away = async (meanwhile) => {
        line.cut();
        await made.on.subscribing.next();
        await peer.on.connecting.next();
        await meanwhile();
        line.plug();
        return made.on.subscribed.next();
      };
      await peer.on.connecting.next();
      await made.on.subscribing.next();
      return { ...made, peer, numbers, away };
    }

    test('what was published while away arrives on return, once and in order, and life goes on', async (t) => {
      const channel = `room:away-${format}`;
      const { away, numbers, on, context } = await subscriber(t, channel);
      assert.deepEqual([context.recoverable, context.wasRecovering, context.recovered], [true, false, false]);
      await publish(channel, 1, 3);
      assert.deepEqual(await numbers(3), [1, 2, 3]);
      const back = await away(() => publish(channel, 4, 20));
      assert.deepEqual([back.wasRecovering, back.recovered, back.hasRecoveredPublications], [true, true, true]);
      await publish(channel, 21, 25);
      assert.deepEqual(await numbers(22), range(4, 25));
      assert.deepEqual(on.publication.all.map(({ offset }) => offset), range(1, 25));
    });

    test('nothing is lost or doubled while publications never pause and the line is cut again and again', async (t) => {
      const channel = `room:storm-${format}`;
      const { away, numbers } = await subscriber(t, channel);
      const writing = publish(channel, 1, 90);
      for (let cut = 0; cut < 3; cut += 1) {
        const { recovered } = await away(async () => {});
        assert.equal(recovered, true);
      }
      await writing;
      assert.deepEqual(await numbers(90), range(1, 90));
    });

    test('a return to a channel where nothing happened is a recovery too', async (t) => {
      const { away } = await subscriber(t, `room:idle-${format}`);
      const back = await away(async () => {});
      assert.deepEqual([back.wasRecovering, back.recovered, back.hasRecoveredPublications], [true, true, false]);
    });

    test('a client that missed more than the history holds is told so and goes on from the top', async (t) => {
      const channel = `short:away-${format}`;
      const { away, numbers } = await subscriber(t, channel);
      await publish(channel, 1, 1);
      assert.deepEqual(await numbers(1), [1]);
      const back = await away(() => publish(channel, 2, 6));
      assert.deepEqual([back.wasRecovering, back.recovered], [true, false]);
      assert.equal(back.streamPosition.offset, 6);
      await publish(channel, 7, 7);
      assert.deepEqual(await numbers(1), [7]);
    });

    test('the last publications that the history holds are enough if no other was missed', async (t) => {
      const channel = `short:edge-${format}`;
      const { away, numbers } = await subscriber(t, channel);
      await publish(channel, 1, 1);
      await numbers(1);
      const back = await away(() => publish(channel, 2, 3));
      assert.equal(back.recovered, true);
      assert.deepEqual(await numbers(2), [2, 3]);
    });

    test('removed history cannot be recovered from', async (t) => {
      const channel = `room:removed-${format}`;
      const { away, numbers } = await subscriber(t, channel);
      await publish(channel, 1, 1);
      await numbers(1);
      const back = await away(async () => {
        await publish(channel, 2, 3);
        await server.api('history_remove', { channel });
      });
      assert.equal(back.recovered, false);
      assert.equal(back.streamPosition.offset, 3);
    });

    test('leaving a channel and coming back to it over the same connection recovers as well', async (t) => {
      const channel = `room:pause-${format}`;
      const peer = await connected(t, format, server, { sub: 'ann' });
      const { subscription, on } = await peer.subscribe(channel);
      subscription.unsubscribe();
      await on.unsubscribed.next();
      await publish(channel, 1, 4);
      subscription.subscribe();
      const { recovered } = await on.subscribed.next();
      assert.equal(recovered, true);
      const publications = await on.publication.take(4);
      assert.deepEqual(publications.map(({ data }) => peer.value(data).n), range(1, 4));
    });

    test('a client may start from a position it remembered', async (t) => {
      const channel = `room:remembered-${format}`;
      await publish(channel, 1, 5);
      const { offset, epoch } = await server.api('history', { channel });
      const peer = await connected(t, format, server, { sub: 'ann' });
      const { context, on } = await peer.subscribe(channel, { since: { offset: 2, epoch } });
      assert.equal(context.recovered, true);
      const publications = await on.publication.take(3);
      assert.deepEqual(publications.map(({ data }) => peer.value(data).n), [3, 4, 5]);
      assert.equal(offset, 5);
    });

    test('a position of another epoch cannot be recovered from', async (t) => {
      const channel = `room:epoch-${format}`;
      await publish(channel, 1, 2);
      const peer = await connected(t, format, server, { sub: 'ann' });
      const { context } = await peer.subscribe(channel, { since: { offset: 1, epoch: 'bygone' } });
      assert.deepEqual([context.wasRecovering, context.recovered], [true, false]);
    });

    test('a client that loads its state first is sent back to load again when its position is lost', async (t) => {
      const channel = `short:state-${format}`;
      await publish(channel, 1, 4);
      const { offset, epoch } = await server.api('history', { channel });
      const loaded = [{ offset: 1, epoch }, { offset, epoch }];
      const peer = await connected(t, format, server, { sub: 'ann' });
      const { context } = await peer.subscribe(channel, { getState: async () => loaded.shift() });
      assert.deepEqual(loaded, []);
      assert.equal(context.recovered, true);
    });

    test('a channel in cache mode brings the latest publication alone', async (t) => {
      const channel = `latest:away-${format}`;
      const { away, numbers } = await subscriber(t, channel);
      const back = await away(() => publish(channel, 1, 4));
      assert.equal(back.recovered, true);
      assert.deepEqual(await numbers(1), [4]);
      await publish(channel, 5, 5);
      assert.deepEqual(await numbers(1), [5]);
    });

    test('a subscription that the server made is recovered with the connection', async (t) => {
      const channel = `room:given-${format}`;
      const line = await cable(t, server);
      const peer = await connected(t, format, server, { sub: 'ann', channels: [channel] }, { endpoint: line.endpoint });
      assert.equal((await peer.on.subscribed.next()).recoverable, true);
      await publish(channel, 1, 2);
      await peer.on.publication.take(2);
      line.cut();
      await peer.on.subscribing.take(1);
      await publish(channel, 3, 9);
      peer.client.setToken(token({ sub: 'ann', channels: [channel] }));
      line.plug();
      const back = await peer.on.subscribed.next();
      assert.deepEqual([back.wasRecovering, back.recovered], [true, true]);
      await publish(channel, 10, 10);
      const publications = await peer.on.publication.take(8);
      assert.deepEqual(publications.map(({ data }) => peer.value(data).n), range(3, 10));
    });
  });
}
