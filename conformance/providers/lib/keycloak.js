// A real Keycloak with H2 storage, and the parts of its admin API that the tests need.

import { mkdtemp, cp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { environment } from '../../lib/house.js';
import { Program, freePort } from '../../lib/program.js';

const unpacked = fileURLToPath(new URL('../target/keycloak/', import.meta.url));
const STARTS_WITHIN_MS = 180_000;
const ADMIN = 'admin';

export class Keycloak {
  #home;
  #program;
  #admin;

  /** Starts one with an empty database. */
  static async start(t) {
    const [release] = await readdir(unpacked).catch(() => []);
    if (!release) throw new Error(`there is no Keycloak in ${unpacked}: mvn package`);
    const keycloak = new Keycloak();
    keycloak.#home = await mkdtemp(join(tmpdir(), 'keycloak-'));
    await cp(join(unpacked, release), keycloak.#home, { recursive: true });
    keycloak.port = await freePort();
    keycloak.url = `http://127.0.0.1:${keycloak.port}`;
    t.after(async () => {
      await keycloak.stop();
      await rm(keycloak.#home, { recursive: true, force: true });
    });
    await keycloak.open();
    return keycloak;
  }

  /** Starts it again; what it knew it still knows. */
  async open() {
    this.#program = new Program('sh', [
      join(this.#home, 'bin/kc.sh'), 'start-dev',
      `--http-port=${this.port}`, '--http-host=127.0.0.1', `--hostname=${this.url}`,
    ], {
      env: environment({
        KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN,
        KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN,
        JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx640m',
        JAVA_HOME: process.env.JAVA_HOME ?? '',
      }),
    });
    await this.#program.answers(`${this.url}/realms/master`, { withinMs: STARTS_WITHIN_MS });
  }

  async stop() {
    await this.#program?.stop();
    this.#program = undefined;
  }

  issuer(realm) {
    return `${this.url}/realms/${realm}`;
  }

  /** Calls the admin API. */
  async admin(method, path, body) {
    this.#admin ??= await this.#logInAsAdmin();
    const call = () => fetch(`${this.url}/admin/${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#admin}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    let response = await call();
    if (response.status === 401) {
      this.#admin = await this.#logInAsAdmin();
      response = await call();
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  async #logInAsAdmin() {
    const { access_token: token } = await this.token('master', {
      grant_type: 'password', client_id: 'admin-cli', username: ADMIN, password: ADMIN,
    });
    return token;
  }

  /** Asks the token endpoint. */
  async token(realm, parameters) {
    const response = await fetch(`${this.issuer(realm)}/protocol/openid-connect/token`, {
      method: 'POST', body: new URLSearchParams(parameters),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`token: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Logs in by password. */
  logIn(realm, client, user) {
    return this.token(realm, { grant_type: 'password', client_id: client, username: user, password: user, scope: 'openid' });
  }

  /** Logs in as a browser does: the form, the redirect with a code, and PKCE. */
  async logInByCode(realm, client, user, redirect) {
    const { createHash, randomBytes } = await import('node:crypto');
    const verifier = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = new URLSearchParams({
      client_id: client, response_type: 'code', scope: 'openid', redirect_uri: redirect,
      code_challenge: challenge, code_challenge_method: 'S256', state: 'x',
    });
    const page = await fetch(`${this.issuer(realm)}/protocol/openid-connect/auth?${query}`);
    const cookies = page.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
    const action = /action="([^"]+)"/.exec(await page.text())?.[1].replaceAll('&amp;', '&');
    const submitted = await fetch(action, {
      method: 'POST', redirect: 'manual', headers: { Cookie: cookies },
      body: new URLSearchParams({ username: user, password: user, credentialId: '' }),
    });
    const code = new URL(submitted.headers.get('location')).searchParams.get('code');
    return this.token(realm, {
      grant_type: 'authorization_code', client_id: client, code, redirect_uri: redirect, code_verifier: verifier,
    });
  }
}
