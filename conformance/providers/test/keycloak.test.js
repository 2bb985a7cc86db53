// A real Keycloak: two clients and roles in a realm, logins, refreshes, rotation, logout and an outage.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { decodeJwt, decodeProtectedHeader } from 'jose';

import { Record } from '../../lib/waiting.js';
import { Ends, client, connected, listener, once, startHouse, vestibule } from '../lib/house.js';
import { Keycloak } from '../lib/keycloak.js';

const REALM = 'main';
const REDIRECT = 'http://127.0.0.1:9/callback';
const python = fileURLToPath(new URL('../../python/.venv/bin/python', import.meta.url));
const script = fileURLToPath(new URL('../lib/connect.py', import.meta.url));

/** A realm with the clients `app`, whose tokens are for the house, and `other`, and with the users ann and bob. */
async function setUp(keycloak) {
  await keycloak.admin('POST', 'realms', { realm: REALM, enabled: true, accessTokenLifespan: 60 });
  const to = (path) => `realms/${REALM}/${path}`;
  for (const clientId of ['app', 'other']) {
    await keycloak.admin('POST', to('clients'), {
      clientId, publicClient: true, directAccessGrantsEnabled: true, standardFlowEnabled: true,
      redirectUris: [REDIRECT],
      protocolMappers: clientId === 'app' ? [{
        name: 'for the house', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper',
        config: { 'included.custom.audience': 'vestibule', 'access.token.claim': 'true' },
      }] : [],
    });
  }
  await keycloak.admin('POST', to('roles'), { name: 'operator' });
  const operator = await keycloak.admin('GET', to('roles/operator'));
  for (const username of ['ann', 'bob']) {
    await keycloak.admin('POST', to('users'), {
      username, enabled: true, emailVerified: true, email: `${username}@example.org`, firstName: username, lastName: 'Example',
      credentials: [{ type: 'password', value: username, temporary: false }],
    });
    const [user] = await keycloak.admin('GET', to(`users?username=${username}`));
    if (username === 'ann') await keycloak.admin('POST', to(`users/${user.id}/role-mappings/realm`), [operator]);
  }
}

describe('a realm of Keycloak', { timeout: 600_000 }, () => {
  const ends = new Ends();
  let keycloak;
  let house;

  after(() => ends.all());
  before(async () => {
    keycloak = await Keycloak.start(ends);
    await setUp(keycloak);
    house = await startHouse(ends, `
[realms.staff]
preset = "keycloak"
issuers = ["${keycloak.issuer(REALM)}"]
audiences = ["vestibule"]
`);
  });

  test('lets in who logged in by password, and knows user, name, roles and session', async (t) => {
    const { access_token: token } = await keycloak.logIn(REALM, 'app', 'ann');
    await connected(client(t, house, { token }));
    const claims = decodeJwt(token);
    const said = JSON.parse(await vestibule('token', 'verify', '--json', '--config', house.config, token)).says;
    assert.equal(said.user, claims.sub);
    assert.equal(said.name, 'ann');
    assert.equal(said.session, claims.sid);
    assert.equal(said.client, 'app');
    assert.ok(said.roles.includes('operator'), `${said.roles}`);
  });

  test('lets in who logged in by code, with the JavaScript and with the Python client', async (t) => {
    const { access_token: token } = await keycloak.logInByCode(REALM, 'app', 'bob', REDIRECT);
    await connected(client(t, house, { token }));
    const { stdout } = await promisify(execFile)(python, [script, house.endpoint, token]);
    assert.match(stdout, /^connected [0-9a-f-]{36}/);
  });

  test('refuses tokens that are for somebody else, and other kinds of tokens', async (t) => {
    const other = await keycloak.logIn(REALM, 'other', 'ann');
    const app = await keycloak.logIn(REALM, 'app', 'ann');
    for (const token of [other.access_token, app.id_token, app.refresh_token]) {
      await assert.rejects(connected(client(t, house, { token })), { code: 3500 });
    }
  });

  test('keeps a client that fetches fresh tokens beyond the life of the first', async (t) => {
    await keycloak.admin('PUT', `realms/${REALM}`, { accessTokenLifespan: 4 });
    t.after(() => keycloak.admin('PUT', `realms/${REALM}`, { accessTokenLifespan: 60 }));
    let { access_token: token, refresh_token: refresh } = await keycloak.logIn(REALM, 'app', 'ann');
    const fetched = new Record('another fetch of a token');
    const getToken = async () => {
      ({ access_token: token, refresh_token: refresh } = await keycloak.token(REALM, {
        grant_type: 'refresh_token', client_id: 'app', refresh_token: refresh,
      }));
      fetched.add(token);
      return token;
    };
    const made = client(t, house, { token, getToken });
    const left = [];
    made.on('disconnected', (context) => left.push(context));
    await connected(made);
    made.on('connecting', (context) => left.push(context));
    const hears = await listener(made, house, 'refreshing');
    // A token is fetched when the one before it, which the house has taken, is over.
    await fetched.take(3);
    assert.equal(await hears('still here'), 'still here');
    assert.deepEqual(left, []);
  });

  test('takes tokens of a new key at once, while those who came with the old one stay', async (t) => {
    const before = await keycloak.logIn(REALM, 'app', 'ann');
    const ann = client(t, house, { token: before.access_token });
    await connected(ann);
    const hears = await listener(ann, house, 'rotation');
    await keycloak.admin('POST', `realms/${REALM}/components`, {
      name: 'fresh', providerId: 'rsa-generated', providerType: 'org.keycloak.keys.KeyProvider',
      config: { priority: ['200'], enabled: ['true'], active: ['true'], keySize: ['2048'], algorithm: ['RS256'] },
    });
    const after = await keycloak.logIn(REALM, 'app', 'bob');
    assert.notEqual(decodeProtectedHeader(after.access_token).kid, decodeProtectedHeader(before.access_token).kid);
    // A client that can fetch tokens retries while the house may not ask for keys again.
    await connected(client(t, house, { token: after.access_token, getToken: () => after.access_token }), 20_000);
    assert.equal(await hears('still here'), 'still here');
  });

  test('a logout closes the socket through the revocation of its session', async (t) => {
    const tokens = await keycloak.logIn(REALM, 'app', 'ann');
    const stays = await keycloak.logIn(REALM, 'app', 'ann');
    const ann = client(t, house, { token: tokens.access_token });
    const other = client(t, house, { token: stays.access_token });
    await connected(ann);
    await connected(other);
    const hears = await listener(other, house, 'logout');
    const closed = once(ann, ['disconnected']);
    const logout = await fetch(`${keycloak.issuer(REALM)}/protocol/openid-connect/logout`, {
      method: 'POST', body: new URLSearchParams({ client_id: 'app', refresh_token: tokens.refresh_token }),
    });
    assert.equal(logout.status, 204);
    const began = Date.now();
    await house.api('revoke', { session: decodeJwt(tokens.access_token).sid });
    assert.equal((await closed).context.code, 3500);
    assert.ok(Date.now() - began < 1000, 'within a second');
    await assert.rejects(connected(client(t, house, { token: tokens.access_token })), { code: 3500 });
    assert.equal(await hears('still here'), 'still here');
  });

  test('while Keycloak is away nobody who is connected notices, and known keys still let people in', async (t) => {
    await keycloak.admin('PUT', `realms/${REALM}`, { accessTokenLifespan: 600 });
    const tokens = await keycloak.logIn(REALM, 'app', 'ann');
    const ann = client(t, house, { token: tokens.access_token });
    await connected(ann);
    const left = [];
    for (const event of ['connecting', 'disconnected']) ann.on(event, (context) => left.push(context));
    const hears = await listener(ann, house, 'outage');
    await keycloak.stop();
    assert.equal(await hears('one'), 'one');
    await connected(client(t, house, { token: tokens.access_token }));
    await keycloak.open();
    const again = await keycloak.logIn(REALM, 'app', 'bob');
    await connected(client(t, house, { token: again.access_token, getToken: () => again.access_token }), 20_000);
    assert.equal(await hears('two'), 'two');
    assert.deepEqual(left, []);
  });
});
