// The keys of this run: one pair for room tokens, as the operator pastes it into the environment, and one of the application's
// identity provider, whose tokens consumers bring.

import { generateKeyPairSync, sign } from 'node:crypto';

const base64 = (jwk) => Buffer.from(JSON.stringify(jwk)).toString('base64');
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function room() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateJwk: base64(privateKey.export({ format: 'jwk' })),
    publicJwk: base64(publicKey.export({ format: 'jwk' })),
  };
}

function consumer() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = base64({ ...publicKey.export({ format: 'jwk' }), alg: 'ES256' });
  return { privateKey, publicJwk, issuer: 'https://idp.example', audience: 'app' };
}

export const keys = { room: room(), consumer: consumer() };

/** A token of the identity provider; `claims` are added to it or replace what it has. */
export function consumerToken(claims = {}) {
  const { privateKey, issuer, audience } = keys.consumer;
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const all = { sub: 'someone', iss: issuer, aud: audience, exp, ...claims };
  const signed = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(all)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
