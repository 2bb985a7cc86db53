// What a connection may not do, and the code it is told.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { FORMATS, connected } from '../lib/client.js';
import { startServer } from '../lib/server.js';
import { token } from '../lib/token.js';

const server = await startServer();
const few = await startServer({ 'client.channel_limit': 3 });
after(() => Promise.all([server.stop(), few.stop()]));

const DENIED = { code: 103, message: 'permission denied' };
const UNAVAILABLE = { code: 108, message: 'not available' };
const UNKNOWN = { code: 102, message: 'unknown channel' };

for (const format of FORMATS) {
  describe(`permissions in ${format}`, () => {
    /** Subscribes to the channel and resolves with the code with which that ended. */
    async function refusal(peer, channel) {
      const { subscription, on } = peer.subscription(channel);
      subscription.subscribe();
      const { code } = await on.unsubscribed.next();
      assert.equal(peer.client.state, 'connected');
      return code;
    }

    test('a channel of a namespace that does not exist is unknown, to every command', async (t) => {
      const ann = await connected(t, format, server, { sub: 'ann' });
      assert.equal(await refusal(ann, 'nowhere:1'), 102);
      await assert.rejects(ann.client.publish('nowhere:1', ann.payload({})), UNKNOWN);
      await assert.rejects(ann.client.presence('nowhere:1'), UNKNOWN);
      await assert.rejects(ann.client.presenceStats('nowhere:1'), UNKNOWN);
      await assert.rejects(ann.client.history('nowhere:1'), UNKNOWN);
    });

    test('a namespace that allows nothing refuses every command with 103', async (t) => {
      const ann = await connected(t, format, server, { sub: 'ann' });
      assert.equal(await refusal(ann, 'locked:1'), 103);
      await assert.rejects(ann.client.publish('locked:1', ann.payload({})), DENIED);
      await assert.rejects(ann.client.presence('locked:1'), DENIED);
      await assert.rejects(ann.client.presenceStats('locked:1'), DENIED);
      await assert.rejects(ann.client.history('locked:1', { limit: 1 }), DENIED);
    });

    test('what is allowed to subscribers is refused to those who are not subscribed', async (t) => {
      const ann = await connected(t, format, server, { sub: 'ann' });
      await assert.rejects(ann.client.publish('room:outside', ann.payload({})), DENIED);
      await assert.rejects(ann.client.presence('room:outside'), DENIED);
      await assert.rejects(ann.client.history('room:outside', { limit: 1 }), DENIED);
    });

    test('presence and history that a namespace does not have are not available, whoever asks', async (t) => {
      const ann = await connected(t, format, server, { sub: 'ann' });
      const { subscription } = await ann.subscribe(`bare-${format}`);
      await assert.rejects(subscription.presence(), UNAVAILABLE);
      await assert.rejects(subscription.presenceStats(), UNAVAILABLE);
      await assert.rejects(subscription.history({ limit: 1 }), UNAVAILABLE);
    });

    test('a channel that names its users admits them and nobody else', async (t) => {
      const ann = await connected(t, format, server, { sub: 'ann' });
      const eve = await connected(t, format, server, { sub: 'eve' });
      await ann.subscribe('members:dialog#ann,bob');
      assert.equal(await refusal(eve, 'members:dialog#ann,bob'), 103);
      assert.equal(await refusal(eve, 'members:dialog#annabel,ev'), 103);
      assert.equal(await refusal(eve, 'members:dialog'), 103);
    });

    test('a channel name may not be longer than 255 bytes', async (t) => {
      const ann = await connected(t, format, server, { sub: 'ann' });
      await ann.subscribe('c'.repeat(255));
      assert.equal(await refusal(ann, 'c'.repeat(256)), 107);
    });

    test('a channel name has no letters beyond ASCII', async (t) => {
      const ann = await connected(t, format, server, { sub: 'ann' });
      assert.equal(await refusal(ann, 'room:größe'), 107);
    });

    test('a connection has no more channels than the limit, until it leaves one', async (t) => {
      const ann = await connected(t, format, few, { sub: 'ann' });
      const [first] = await Promise.all(['a', 'b', 'c'].map((name) => ann.subscribe(name)));
      assert.equal(await refusal(ann, 'd'), 106);
      first.subscription.unsubscribe();
      await ann.subscribe('e');
    });

    test('a token that subscribes to more channels than the limit is refused with 3505', async (t) => {
      const ann = await connected(t, format, few, { sub: 'ann' });
      ann.client.disconnect();
      ann.client.setToken(token({ sub: 'ann', channels: ['a', 'b', 'c', 'd'] }));
      await ann.on.disconnected.next();
      ann.client.connect();
      assert.equal((await ann.on.disconnected.next()).code, 3505);
    });
  });
}
