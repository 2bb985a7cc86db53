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

const python = fileURLToPath(new URL('../../python/.venv/bin/python', import.meta.url));
const script = fileURLToPath(new URL('../lib/tokens.py', import.meta.url));

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
      const { stdout } = await promisify(execFile)(python, [script, 'verify', algorithm, join(place, 'public.pem'), token]);
      assert.equal(JSON.parse(stdout).sub, 'ann');
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
      const theirs = JSON.parse((await promisify(execFile)(python, [script, 'mint', algorithm])).stdout);
      const config = await realm(join(place, 'python.toml'), algorithm, theirs.public);
      const said = JSON.parse(await vestibule('token', 'verify', '--json', '--config', config, theirs.token));
      assert.equal(said.says.user, 'ann');
    });
  }

  test('HS256: both sides share a secret', async (t) => {
    const place = await folder(t);
    const path = join(place, 'secret');
    await writeFile(path, await vestibule('keygen', 'hmac'));
    const secret = new TextEncoder().encode((await readFile(path, 'utf8')).trim());
    const token = (await vestibule('token', 'mint', '--secret-file', path, '--user', 'ann', '--issuer', 'house')).trim();
    assert.equal((await jwtVerify(token, secret, { issuer: 'house' })).payload.sub, 'ann');
  });

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
});
