// A client whose token ended a moment ago, before a realm that takes it for a little longer: it fetches another one.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { SignJWT } from 'jose';

import { client, connected, once, startHouse } from '../lib/house.js';

const SECRET = '0123456789abcdef0123456789abcdef';

/** Ends so many seconds from now; it was issued a minute before. */
function token(seconds, claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' })
    .setSubject('ann').setIssuedAt(now - 60).setExpirationTime(now + seconds).sign(new TextEncoder().encode(SECRET));
}

const house = (t, profile) => startHouse(t, `
[realms.main]
secret = "${SECRET}"
profile = "${profile}"
gateway_claims = true
`);

/** Gives these tokens, one after the other, the last for ever, and counts. */
function source(...tokens) {
  const given = async () => {
    given.asked += 1;
    return tokens.length > 1 ? tokens.shift() : tokens[0];
  };
  given.asked = 0;
  return given;
}

describe('a token in the leeway of its realm', { timeout: 60_000 }, () => {
  for (const profile of ['centrifugo', 'cadenza']) {
    for (const seconds of [-1, -20]) {
      test(`makes the client fetch another and come in, ${-seconds} s after its end, with profile ${profile}`, async (t) => {
        const getToken = source(await token(600));
        const ann = client(t, await house(t, profile), { token: await token(seconds), getToken });
        await connected(ann);
        assert.equal(getToken.asked, 1);
      });
    }

    test(`makes the client fetch another for its subscription, with profile ${profile}`, async (t) => {
      const ann = client(t, await house(t, profile), { token: await token(600) });
      await connected(ann);
      const getToken = source(await token(600, { channel: 'news' }));
      const news = ann.newSubscription('news', {
        token: await token(-5, { channel: 'news' }), getToken, minResubscribeDelay: 20, maxResubscribeDelay: 200,
      });
      const met = once(news, ['subscribed', 'unsubscribed']);
      news.subscribe();
      assert.equal((await met).event, 'subscribed');
      assert.equal(getToken.asked, 1);
    });
  }

  test('in a refresh ends the connection as an expired one does, and the client is back with a good one', async (t) => {
    const getToken = source(await token(-5), await token(600));
    const ann = client(t, await house(t, 'centrifugo'), { token: await token(2), getToken });
    await connected(ann);
    const { context } = await once(ann, ['connecting', 'disconnected']);
    assert.equal(context.code, 3005);
    await once(ann, ['connected']);
    assert.equal(getToken.asked, 2);
  });
});
