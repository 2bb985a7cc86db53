// History: reading it in both directions, from a position, and what it remembers.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { FORMATS, connected } from '../lib/client.js';
import { startServer } from '../lib/server.js';

const server = await startServer();
after(() => server.stop());

const numbers = (peer, publications) => publications.map(({ data }) => peer.value(data).n);
const publish = (channel, n, more = {}) => server.api('publish', { channel, data: { n }, ...more });

for (const format of FORMATS) {
  describe(`history in ${format}`, () => {
    const claims = { sub: 'ann' };

    async function written(t, name, count) {
      const channel = `room:${name}-${format}`;
      for (let n = 1; n <= count; n += 1) await publish(channel, n);
      const peer = await connected(t, format, server, claims);
      const { subscription, context } = await peer.subscribe(channel);
      const read = async (options) => numbers(peer, (await subscription.history(options)).publications);
      return { read, subscription, context };
    }

    test('without a limit it tells only the position of the newest publication', async (t) => {
      const { subscription, context } = await written(t, 'top', 3);
      const { publications, offset, epoch } = await subscription.history();
      assert.deepEqual(publications, []);
      assert.equal(offset, 3);
      assert.equal(epoch, context.streamPosition.epoch);
    });

    test('a limit takes the oldest, and in reverse the newest', async (t) => {
      const { read } = await written(t, 'limit', 5);
      assert.deepEqual(await read({ limit: 2 }), [1, 2]);
      assert.deepEqual(await read({ limit: 2, reverse: true }), [5, 4]);
      assert.deepEqual(await read({ limit: -1 }), [1, 2, 3, 4, 5]);
    });

    test('it continues after a position, and in reverse before it', async (t) => {
      const { read, context } = await written(t, 'since', 5);
      const { epoch } = context.streamPosition;
      assert.deepEqual(await read({ limit: 2, since: { offset: 2, epoch } }), [3, 4]);
      assert.deepEqual(await read({ limit: 2, since: { offset: 3, epoch }, reverse: true }), [2, 1]);
      assert.deepEqual(await read({ limit: 9, since: { offset: 5, epoch } }), []);
    });

    test('a position of another epoch is answered with 112', async (t) => {
      const { read } = await written(t, 'epoch', 1);
      const asked = read({ limit: 1, since: { offset: 1, epoch: 'bygone' } });
      await assert.rejects(asked, { code: 112, message: 'unrecoverable position' });
    });

    test('it holds no more than the configured number of publications', async (t) => {
      const channel = `short:kept-${format}`;
      for (let n = 1; n <= 5; n += 1) await publish(channel, n);
      const peer = await connected(t, format, server, claims);
      const { subscription } = await peer.subscribe(channel);
      const { publications, offset } = await subscription.history({ limit: 10 });
      assert.deepEqual(numbers(peer, publications), [4, 5]);
      assert.equal(offset, 5);
    });

    test('it remembers who published and with which tags', async (t) => {
      const channel = `room:detail-${format}`;
      const peer = await connected(t, format, server, claims);
      const { subscription } = await peer.subscribe(channel);
      await subscription.publish(peer.payload({ n: 1 }));
      await publish(channel, 2, { tags: { color: 'red' } });
      const [own, tagged] = (await subscription.history({ limit: 10 })).publications;
      assert.deepEqual([own.info.user, own.info.client], ['ann', peer.id]);
      assert.deepEqual(tagged.tags, { color: 'red' });
    });
  });
}
