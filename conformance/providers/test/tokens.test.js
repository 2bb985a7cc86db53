// Tokens and keys of the house before other people's libraries, and theirs before the house.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import {
  SignJWT, createRemoteJWKSet, decodeProtectedHeader, exportJWK, exportSPKI, generateKeyPair, importJWK, importSPKI, jwtVerify,
} from 'jose';

import { folder, startHouse, vestibule } from '../lib/house.js';

const interpreter = fileURLToPath(new URL('../../python/.venv/bin/python', import.meta.url));
const script = fileURLToPath(new URL('../lib/tokens.py', import.meta.url));

/** What PyJWT says. */
async function python(...args) {
  return JSON.parse((await promisify(execFile)(interpreter, [script, ...args])).stdout);
}

/** How a key is made for each algorithm. */
const KEYS = {
  RS256: ['rsa'], RS384: ['rsa'], RS512: ['rsa'], PS256: ['rsa'], PS384: ['rsa'], PS512: ['rsa'],
  ES256: ['ec'], ES384: ['ec', '--curve', 'P-384'], ES512: ['ec', '--curve', 'P-521'], EdDSA: ['ed25519'],
};

async function minted(path, algorithm) {
  const [kind, ...more] = KEYS[algorithm];
  const publicPem = await vestibule('keygen', kind, ...more, '--algorithm', algorithm, '--out', path);
  const token = await vestibule(
    'token', 'mint', '--key', path, '--algorithm', algorithm, '--user', 'ann', '--issuer', 'house', '--audience', 'app',
  );
  return { publicPem, token: token.trim() };
}

async function realm(path, algorithm, publicKey) {
  await writeFile(`${path}.public`, publicKey);
  await writeFile(path, `
[realms.main]
public_key_files = ["${path}.public"]
algorithms = ["${algorithm}"]
issuers = ["jose"]
audiences = ["app"]
`);
  return path;
}

describe('tokens between the house and other libraries', { timeout: 120_000 }, () => {
  for (const algorithm of Object.keys(KEYS)) {
    test(`${algorithm}: jose and PyJWT take ours`, async (t) => {
      const place = await folder(t);
      const { publicPem, token } = await minted(join(place, 'key.pem'), algorithm);
      const key = await importSPKI(publicPem, algorithm);
      const { payload } = await jwtVerify(token, key, { issuer: 'house', audience: 'app', algorithms: [algorithm] });
      assert.equal(payload.sub, 'ann');
      await writeFile(join(place, 'public.pem'), publicPem);
      assert.equal((await python('verify', algorithm, join(place, 'public.pem'), token)).sub, 'ann');
    });

    test(`${algorithm}: we take those of jose and PyJWT`, async (t) => {
      const place = await folder(t);
      const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
      const token = await new SignJWT({}).setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer('jose').setAudience('app').setSubject('ann').setIssuedAt().setExpirationTime('1h').sign(privateKey);
      for (const [name, text] of [['pem', await exportSPKI(publicKey)], ['jwk', JSON.stringify(await exportJWK(publicKey))]]) {
        const config = await realm(join(place, `${name}.toml`), algorithm, text);
        const said = JSON.parse(await vestibule('token', 'verify', '--json', '--config', config, token));
        assert.equal(said.says.user, 'ann');
      }
      const theirs = await python('mint', algorithm);
      const config = await realm(join(place, 'python.toml'), algorithm, theirs.public);
      const said = JSON.parse(await vestibule('token', 'verify', '--json', '--config', config, theirs.token));
      assert.equal(said.says.user, 'ann');
    });
  }

  for (const algorithm of ['HS256', 'HS384', 'HS512']) {
    test(`${algorithm}: both sides share a secret`, async (t) => {
      const place = await folder(t);
      const path = join(place, 'secret');
      await writeFile(path, await vestibule('keygen', 'hmac'));
      const secret = new TextEncoder().encode((await readFile(path, 'utf8')).trim());
      const token = (await vestibule(
        'token', 'mint', '--secret-file', path, '--algorithm', algorithm, '--user', 'ann', '--issuer', 'house', '--audience', 'app',
      )).trim();
      assert.equal((await jwtVerify(token, secret, { issuer: 'house', algorithms: [algorithm] })).payload.sub, 'ann');
      assert.equal((await python('verify', algorithm, path, token)).sub, 'ann');

      const takes = async (name, text, theirs) => {
        await writeFile(join(place, name), text);
        const config = join(place, `${name}.toml`);
        await writeFile(config, `
[realms.main]
secret_file = "${join(place, name)}"
algorithms = ["${algorithm}"]
issuers = ["jose"]
audiences = ["app"]
`);
        assert.equal(JSON.parse(await vestibule('token', 'verify', '--json', '--config', config, theirs)).says.user, 'ann');
      };
      await takes('jose', new TextDecoder().decode(secret), await new SignJWT({}).setProtectedHeader({ alg: algorithm })
        .setIssuer('jose').setAudience('app').setSubject('ann').setIssuedAt().setExpirationTime('1h').sign(secret));
      const theirs = await python('mint', algorithm);
      await takes('python', theirs.public, theirs.token);
    });
  }

  test('a JWK of ours is one for jose, private and public', async () => {
    const [privateJwk, publicJwk] = (await vestibule('keygen', 'ec', '--format', 'jwk')).trim().split('\n').map(JSON.parse);
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(await importJWK(privateJwk));
    await jwtVerify(token, await importJWK(publicJwk));
    assert.equal(privateJwk.kid, publicJwk.kid);
  });

  test('a handshake token is checked by the keys that the house publishes, and a realtime token by the secret', async (t) => {
    const place = await folder(t);
    await vestibule('keygen', 'rsa', '--out', join(place, 'key.pem'));
    const secret = 'a secret of the project, long enough';
    const house = await startHouse(t, `
[realms.main]
secret = "0123456789abcdef0123456789abcdef"
`, {
      env: {
        JWT_PRIVATE_KEY: await readFile(join(place, 'key.pem'), 'utf8'), JWT_ISSUER: 'mint', JWT_AUDIENCE: 'rooms',
        WEBSOCKET_BASE_URL: 'wss://ws.example/office', SUPABASE_JWT_SECRET: secret,
      },
    });
    const access = (await vestibule('token', 'mint', '--config', house.config, '--realm', 'main', '--user', '30')).trim();
    const ask = async (path) => {
      const response = await fetch(`${house.url}${path}`, { method: 'POST', headers: { Authorization: `Bearer ${access}` } });
      assert.equal(response.status, 200);
      return (await response.json()).data;
    };
    const handshake = await ask('/api/v1/cloudflare/request-access');
    const keys = createRemoteJWKSet(new URL(`${house.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(handshake.token, keys, { issuer: 'mint', audience: 'rooms', algorithms: ['RS256'] });
    assert.equal(payload.sub, payload.userId);
    assert.equal(payload.exp - payload.iat, 60);
    assert.equal(decodeProtectedHeader(handshake.token).typ, 'JWT');
    const realtime = await ask('/api/v1/realtime/token');
    const checked = await jwtVerify(realtime.token, new TextEncoder().encode(secret), {
      algorithms: ['HS256'], requiredClaims: ['role', 'exp'],
    });
    assert.deepEqual(
      [checked.payload.role, checked.payload.aud, checked.payload.sub, checked.payload.user_id],
      ['authenticated', 'authenticated', '30', '30'],
    );
  });

  test('tokens of a template and of a room are checked by the published keys, before and after a rotation', async (t) => {
    const place = await folder(t);
    const key = (name) => join(place, name);
    await writeFile(key('old.pub.pem'), await vestibule('keygen', 'ec', '--out', key('old.pem')));
    await vestibule('keygen', 'ed25519', '--out', key('new.pem'));
    await vestibule('keygen', 'ed25519', '--out', key('room.pem'));
    const start = (keys) => startHouse(t, `
[realms.main]
secret = "0123456789abcdef0123456789abcdef"
[issuer.keys.main]
${keys}
[issuer.templates.worker]
key = "main"
issuer = "house"
bearer = { org_id = "organisation", roles = "roles" }
[signal]
enabled = true
private_key_file = "${key('room.pem')}"
admin_secret = "the secret of the rooms"
`);
    const issue = async (house) => (await house.api('issue_token', { template: 'worker', user: 'w1', roles: ['a', 'b'] })).token;
    const published = (house) => createRemoteJWKSet(new URL(`${house.url}/.well-known/jwks.json`));

    const before = await start(`private_key_file = "${key('old.pem')}"`);
    const old = await issue(before);
    await jwtVerify(old, published(before), { issuer: 'house', algorithms: ['ES256'] });

    const after = await start(`private_key_file = "${key('new.pem')}"\nprevious_key_files = ["${key('old.pub.pem')}"]`);
    const fresh = await issue(after);
    const keys = published(after);
    const { payload } = await jwtVerify(fresh, keys, { issuer: 'house', algorithms: ['EdDSA'] });
    assert.deepEqual([payload.sub, payload.org_id, payload.roles], ['w1', 'default', ['a', 'b']]);
    await jwtVerify(old, keys, { issuer: 'house', algorithms: ['ES256'] });
    assert.notEqual(decodeProtectedHeader(fresh).kid, decodeProtectedHeader(old).kid);

    const response = await fetch(`${after.url}/token`, {
      method: 'POST',
      headers: { 'x-admin-secret': 'the secret of the rooms', 'Content-Type': 'application/json' },
      body: JSON.stringify({ ttl: '1h', subject: 'room-1' }),
    });
    const { token } = await response.json();
    assert.deepEqual(decodeProtectedHeader(token), { alg: 'EdDSA' });
    const jwk = await (await fetch(`${after.url}/public-key`)).json();
    const room = await jwtVerify(token, await importJWK(jwk, 'EdDSA'), { issuer: 'aikofy:client-db-sync', audience: 'aikofy:client-db' });
    assert.equal(room.payload.sub, 'room-1');
    const { keys: all } = await (await fetch(`${after.url}/.well-known/jwks.json`)).json();
    assert.ok(all.some(({ x }) => x === jwk.x), 'the key of the rooms is published with the others');
    assert.ok(all.every((one) => one.d === undefined), 'and no private part of any');
  });
});
