// A person signs in at a real provider of identity (panva's oidc-provider) and comes back with a
// session, and the provider's own token is taken at the graph.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';
import Provider from 'oidc-provider';

const program = process.env.KAIFONG_PROGRAM ?? path.resolve('../../target/debug/kaifong');
// Settings of the server's own, such as its database.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name === 'KAIFONG_DATABASE_URL'),
);
const SECRET = 'a secret & more';
const PAGE = 'http://127.0.0.1/signed-in';

const freePort = () => new Promise((resolve) => {
  const held = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = held.address();
    held.close(() => resolve(port));
  });
});

const base64url = (bytes) => bytes.toString('base64url');
const sha256 = (text) => base64url(createHash('sha256').update(text).digest());

let provider; let listening; let server; let origin; let folder; let tokens; const issued = [];

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kaifong-oidc-'));
  const [port, providersPort] = [await freePort(), await freePort()];
  origin = `http://127.0.0.1:${port}`;
  const issuer = `http://127.0.0.1:${providersPort}`;
  const callback = `${origin}/auth/oidc/school/callback`;
  provider = new Provider(issuer, {
    clients: [{
      client_id: 'kaifong',
      client_secret: SECRET,
      redirect_uris: [callback],
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true }),
    }),
    cookies: { keys: [base64url(randomBytes(32))] },
  });
  // The provider's tokens as they leave it, to show one at the graph.
  provider.use(async (context, next) => {
    await next();
    if (context.path === '/token') issued.push(context.body);
  });
  listening = provider.listen(providersPort, '127.0.0.1');
  fs.writeFileSync(path.join(folder, 'secret'), SECRET, { mode: 0o600 });
  fs.writeFileSync(path.join(folder, 'kaifong.toml'), `
[[oidc]]
name = "school"
issuer = "${issuer}"
client_id = "kaifong"
client_secret_file = "secret"
redirect_uri = "${callback}"
return_to = ["${PAGE}"]
`);
  const file = path.join(folder, 'tokens.json');
  const log = fs.openSync(path.join(folder, 'log'), 'w');
  server = spawn(program, ['demo', '--data-dir', 'data', '--listen', `127.0.0.1:${port}`, '--tokens', file], {
    cwd: folder, env: environment, stdio: ['ignore', 'pipe', log],
  });
  await new Promise((resolve, reject) => {
    readline.createInterface({ input: server.stdout })
      .on('line', (line) => /API\s+http/.test(line) && resolve());
    server.on('exit', () => reject(new Error(fs.readFileSync(path.join(folder, 'log'), 'utf8'))));
  });
  tokens = JSON.parse(fs.readFileSync(file, 'utf8'));
  const { sub } = JSON.parse(Buffer.from(tokens.coordinator.split('.')[1], 'base64url'));
  execFileSync(program, ['identity', '--as', sub, '--provider', 'school', '--subject', 'ann', '--data-dir', 'data'], {
    cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'],
  });
});

after(async () => {
  listening?.close();
  listening?.closeAllConnections();
  if (server && server.exitCode === null) {
    const ended = new Promise((resolve) => { server.on('exit', resolve); });
    server.kill();
    await ended;
  }
  if (folder) fs.rmSync(folder, { recursive: true });
});

/** A browser: it keeps cookies, and goes where it is sent until that is the page. */
const browser = () => {
  const cookies = new Map();
  const ask = async (url, options = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...options, redirect: 'manual', headers: { ...options.headers, cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    return { status: response.status, to: location && new URL(location, url).href, text: await response.text(), url };
  };
  return async (url, name) => {
    let at = await ask(url);
    for (let step = 0; step < 20; step += 1) {
      if (at.to?.startsWith(PAGE)) return at.to;
      if (at.to) {
        at = await ask(at.to);
        continue;
      }
      assert.equal(at.status, 200, at.text);
      const [, action] = /action="([^"]+)"/.exec(at.text);
      const [, prompt] = /name="prompt" value="([^"]+)"/.exec(at.text);
      const form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: name, password: 'any' }) });
      at = await ask(new URL(action, at.url).href, { method: 'POST', body: form });
    }
    throw new Error('the browser is sent in circles');
  };
};

const post = async (address, body, token) => {
  const response = await fetch(`${origin}${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

const volunteers = async (token) => {
  const { body } = await post('/graphql', { query: '{ volunteers(first: 1) { totalCount } }' }, token);
  assert.equal(body.errors, undefined, JSON.stringify(body.errors));
  return body.data.volunteers.totalCount;
};

const signIn = async (name) => {
  const verifier = base64url(randomBytes(32));
  const address = `${origin}/auth/oidc/school/start?return_to=${encodeURIComponent(PAGE)}&code_challenge=${sha256(verifier)}`;
  const page = new URL(await browser()(address, name));
  return { verifier, ...Object.fromEntries(new URLSearchParams(page.hash.slice(1))) };
};

test('a person who is linked comes back with a session', async () => {
  const { ticket, verifier } = await signIn('ann');
  const { status, body } = await post('/auth/oidc/session', { ticket, verifier });
  assert.equal(status, 200, JSON.stringify(body));
  const expected = await volunteers(tokens.coordinator);
  assert.ok(expected > 0);
  assert.equal(await volunteers(body.accessToken), expected);
  const renewed = await post('/auth/refresh', { refreshToken: body.refreshToken });
  assert.equal(await volunteers(renewed.body.accessToken), expected);
  // Its own token is taken at the graph.
  assert.equal(await volunteers(issued.at(-1).id_token), expected);
});

test('a person who is not linked comes back without one', async () => {
  const { ticket, error } = await signIn('bob');
  assert.equal(ticket, undefined);
  assert.equal(error, 'IDENTITY_UNKNOWN');
  const { status, body } = await post('/graphql', { query: '{ __typename }' }, issued.at(-1).id_token);
  assert.equal(status, 401);
  assert.equal(body.errors[0].extensions.reason, 'IDENTITY_UNKNOWN');
});
