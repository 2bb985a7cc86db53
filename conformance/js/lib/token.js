// Tokens for the tests, signed with the secret of server.json.

import { createHmac } from 'node:crypto';

const SECRET = 'conformance-secret';
const HASHES = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A signed token with these claims. */
export function token(claims, { alg = 'HS256', secret = SECRET } = {}) {
  const signed = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
  const signature = createHmac(HASHES[alg], secret).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}

/** A token that claims to need no signature. */
export const unsigned = (claims) => `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;

/**
 * The time that lies so many seconds after the second that it is now, in Unix seconds. That second may be about to end:
 * what has to live for a moment gets two.
 */
export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;
