// A provider that issues access tokens in the exact shapes of Supabase Auth, before and after a project's migration to
// signing keys. The provider is `oidc-provider`; what Supabase Auth says beside OpenID is put in by its customizers.

import { createServer } from 'node:http';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';

import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

const CLIENT = 'app';
const SECRET = 'the secret of the app';
/** How long a token is good, unless its caller wishes otherwise. */
const LIFETIME_S = 3600;
/** What the tokens are for, and how they are signed. */
const RESOURCE = {
  scope: '', audience: 'authenticated', accessTokenFormat: 'jwt', accessTokenTTL: LIFETIME_S, jwt: { sign: { alg: 'ES256' } },
};
const SESSION = 'urn:example:session';

export class Supabase {
  /** The secret of the project, as it was before signing keys. */
  legacySecret = 'the legacy secret of the project, of enough bytes';
  #server;
  #sessions = new Map();

  static async start(ends) {
    const project = new Supabase();
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = { ...await exportJWK(privateKey), kid: randomUUID(), alg: 'ES256', use: 'sig' };
    project.#server = createServer();
    project.#server.listen(0, '127.0.0.1');
    await once(project.#server, 'listening');
    project.url = `http://127.0.0.1:${project.#server.address().port}`;
    project.issuer = `${project.url}/auth/v1`;
    project.#server.on('request', project.#provider(key).callback());
    ends.after(() => new Promise((resolve) => { project.#server.close(resolve); project.#server.closeAllConnections(); }));
    return project;
  }

  #provider(key) {
    const provider = new Provider(this.issuer, {
      jwks: { keys: [key] },
      clients: [{
        client_id: CLIENT, client_secret: SECRET, redirect_uris: [], response_types: [], grant_types: [SESSION],
        id_token_signed_response_alg: 'ES256',
      }],
      routes: { jwks: '/auth/v1/.well-known/jwks.json', token: '/auth/v1/token' },
      features: {
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => 'urn:project',
          getResourceServerInfo: () => RESOURCE,
        },
      },
      formats: {
        customizers: {
          jwt: (_, token, jwt) => {
            jwt.header = { ...jwt.header, typ: 'JWT' };
            const { iss, exp, iat } = jwt.payload;
            jwt.payload = { iss, exp, iat, ...this.claims(token.accountId, token.sessionUid) };
          },
        },
      },
      findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    });
    provider.registerGrantType(SESSION, (context) => this.#grant(provider, context), ['session', 'lifetime'], []);
    return provider;
  }

  async #grant(provider, context) {
    const { client, params } = context.oidc;
    const { session } = params;
    const lifetime = Number(params.lifetime);
    if (!this.#sessions.has(session)) throw new Error('session_not_found');
    const token = new provider.AccessToken({ accountId: this.#sessions.get(session), client, sessionUid: session });
    token.resourceServer = new provider.ResourceServer('urn:project', { ...RESOURCE, accessTokenTTL: lifetime });
    context.body = { access_token: await token.save(), token_type: 'bearer', expires_in: lifetime };
  }

  /** Begins a login session. */
  session(user) {
    const session = randomUUID();
    this.#sessions.set(session, user);
    return session;
  }

  /** Ends it: no fresh token comes of it. */
  logOut(session) {
    this.#sessions.delete(session);
  }

  /** What Supabase Auth says beside `iss`, `exp` and `iat`. */
  claims(user, session) {
    return {
      sub: user, aud: 'authenticated', email: 'ann@example.org', phone: '',
      app_metadata: { provider: 'email', providers: ['email'], tenant_id: 'acme' },
      user_metadata: { email: 'ann@example.org', email_verified: true, phone_verified: false, sub: user },
      role: 'authenticated', aal: 'aal1', amr: [{ method: 'password', timestamp: Math.floor(Date.now() / 1000) }],
      session_id: session, is_anonymous: false,
    };
  }

  /** A token of the signing key, from the token endpoint; it is good for `lifetime` seconds. */
  async token(session, lifetime = LIFETIME_S) {
    const response = await fetch(`${this.url}/auth/v1/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`${CLIENT}:${encodeURIComponent(SECRET)}`)}` },
      body: new URLSearchParams({ grant_type: SESSION, session, lifetime }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`token: ${response.status} ${JSON.stringify(answer)}`);
    return answer.access_token;
  }

  /** A token as the project made them before it had signing keys: HS256, with a `kid` that is published nowhere. */
  legacyToken(session, more = {}, secret = this.legacySecret) {
    const claims = { ...this.claims(this.#sessions.get(session), session), ...more };
    return new SignJWT({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: 'legacy' })
      .setIssuer(this.issuer).setIssuedAt()
      .sign(new TextEncoder().encode(secret));
  }

  /** The project's public key for anybody, which is a token of the same secret. */
  anonKey() {
    return new SignJWT({ role: 'anon', ref: 'project' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('supabase').setIssuedAt().setExpirationTime('10y')
      .sign(new TextEncoder().encode(this.legacySecret));
  }
}
