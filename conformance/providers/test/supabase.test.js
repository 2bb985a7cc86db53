// A project of Supabase Auth that migrates from its legacy secret to signing keys while its users stay connected.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { decodeJwt, decodeProtectedHeader } from 'jose';

import { Record } from '../../lib/waiting.js';
import { Ends, client, connected, listener, once, startHouse, vestibule } from '../lib/house.js';
import { Supabase } from '../lib/supabase.js';

describe('a realm of Supabase Auth', { timeout: 120_000 }, () => {
  const ends = new Ends();
  const ann = randomUUID();
  let project;
  let house;

  after(() => ends.all());
  before(async () => {
    project = await Supabase.start(ends);
    house = await startHouse(ends, `
[realms.project]
preset = "supabase"
issuers = ["${project.issuer}"]
secret = "${project.legacySecret}"
organisations = ["acme"]

[api.keys.acme]
key = "the key of acme"
`);
  });

  test('takes tokens of the signing key and of the legacy secret side by side', async (t) => {
    const session = project.session(ann);
    const [fresh, legacy] = [await project.token(session), await project.legacyToken(session)];
    assert.equal(decodeProtectedHeader(fresh).alg, 'ES256');
    for (const token of [fresh, legacy]) {
      await connected(client(t, house, { token }));
      const said = JSON.parse(await vestibule('token', 'verify', '--json', '--config', house.config, token)).says;
      assert.deepEqual([said.user, said.organisation, said.session], [ann, 'acme', session]);
    }
  });

  test('a client stays connected while its project migrates: the next token is of the new key', async (t) => {
    const session = project.session(ann);
    const token = await project.legacyToken(session, { exp: Math.floor(Date.now() / 1000) + 3 });
    const fetched = new Record('another fetch of a token');
    const getToken = async () => {
      const fresh = await project.token(session, 3);
      fetched.add(fresh);
      return fresh;
    };
    const made = client(t, house, { token, getToken });
    const left = [];
    await connected(made);
    for (const event of ['connecting', 'disconnected']) made.on(event, (context) => left.push(context));
    const hears = await listener(made, house, 'migration', 'the key of acme');
    // The second is fetched when the first, which the house has taken, is over.
    await fetched.take(2);
    assert.equal(await hears('still here'), 'still here');
    assert.deepEqual(left, []);
  });

  test('a logout ends the session: its sockets close, and what was issued for it is worth nothing', async (t) => {
    const session = project.session(ann);
    const token = await project.token(session);
    const made = client(t, house, { token });
    await connected(made);
    const closed = once(made, ['disconnected']);
    project.logOut(session);
    await house.api('revoke', { session }, 'the key of acme');
    assert.equal((await closed).context.code, 3500);
    await assert.rejects(connected(client(t, house, { token })), { code: 3500 });
    await assert.rejects(project.token(session));
  });

  test('the public key of the project is no login, and neither are other roles, guests and foreign tenants', async (t) => {
    const session = project.session(ann);
    const tokens = [
      await project.anonKey(),
      await project.legacyToken(session, { role: 'service_role' }),
      await project.legacyToken(session, { is_anonymous: true }),
      await project.legacyToken(session, { app_metadata: { tenant_id: 'other' } }),
      await project.legacyToken(session, { aud: 'app' }),
      await project.legacyToken(session, { client_id: randomUUID() }),
      await project.legacyToken(session, {}, 'another secret that is long enough to be one'),
    ];
    for (const token of tokens) {
      await assert.rejects(connected(client(t, house, { token })), { code: 3500 }, JSON.stringify(decodeJwt(token)));
    }
  });
});
