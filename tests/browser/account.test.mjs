// The page to which the links in letters lead, in a real browser: letters come by SMTP, links are
// opened, passwords are set and invitations accepted.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { open, program } from './browser.mjs';
import { serve } from './server.mjs';

const there = fs.existsSync(program);
if (!there && process.env.CI) throw new Error(`there is no ${program}`);
const options = { skip: !there && `there is no ${program}` };

const database = process.env.KAIFONG_DATABASE_URL;

const PASSWORD = 'ferry piano harbour lamp';
const OTHER = 'kettle orchard tram window';

/** A port that nobody has: letters name the server's address, so it is chosen before the start. */
const freePort = () => new Promise((resolve) => {
  const taken = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = taken.address();
    taken.close(() => resolve(port));
  });
});

const letters = [];
const post = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData: (stream, session, done) => simpleParser(stream).then((letter) => { letters.push(letter); done(); }, done),
});

/** The link of this kind in a letter to somebody, when it has come. (Letters without one tell what was done.) */
const linkTo = async (address, kind) => {
  const link = new RegExp(`http://\\S+/account#${kind}=\\S+`);
  for (let tries = 0; tries < 300; tries += 1) {
    const at = letters.findIndex((letter) => letter.to.text === address && link.test(letter.text));
    if (at >= 0) return link.exec(letters.splice(at, 1)[0].text)[0];
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`no such letter came to ${address}`);
};

let server;
let visitor;
before(async () => {
  if (!there) return;
  await new Promise((resolve) => { post.listen(0, '127.0.0.1', resolve); });
  const port = await freePort();
  server = await serve({
    KAIFONG_MAIL_SERVER: '127.0.0.1',
    KAIFONG_MAIL_PORT: String(post.server.address().port),
    KAIFONG_MAIL_TLS: 'none',
    KAIFONG_MAIL_FROM: 'kaifong@example.org',
    KAIFONG_PUBLIC_ADDRESS: `http://127.0.0.1:${port}`,
    // An empty database elsewhere than in a file of its own.
    ...(database && { KAIFONG_DATABASE_URL: database }),
  }, port);
});
after(async () => {
  await server?.stop();
  if (there) await new Promise((resolve) => { post.close(resolve); });
});
afterEach(async (context) => {
  if (visitor && !context.passed) await visitor.page.screenshot({ path: 'shots/account-failed.png', fullPage: true }).catch(() => {});
  await visitor?.context.close();
  if (visitor) fs.rmSync(visitor.profile, { recursive: true });
  visitor = null;
});

const page = () => visitor.page;
const form = (id) => page().locator(`form#${id}`);
const shoot = (name) => page().screenshot({ path: `shots/account-${name}.png`, fullPage: true });

/** Opens the link of a letter. */
const follow = async (link, settings = {}) => {
  visitor = await open(link, { locale: 'en-GB', ...settings });
  await page().locator('h1').waitFor();
};

const fill = async (id, values) => {
  for (const [name, value] of Object.entries(values)) await form(id).locator(`[name=${name}]`).fill(value);
};

/** The page keeps nothing, says nothing of the link, and speaks with nobody but this server. */
const leavesNoTrace = async (link) => {
  const secret = new URL(link).hash.split('=')[1];
  assert.ok(secret.length > 20);
  assert.equal(page().url(), `${server.origin}/account`);
  assert.ok(!(await page().content()).includes(secret));
  const kept = await page().evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.equal(kept, '[{},{},""]');
  assert.deepEqual(await visitor.context.cookies(), []);
  assert.deepEqual(visitor.seen.violations, []);
  // Chromium itself tells of each answer that is a refusal.
  assert.deepEqual(visitor.seen.complaints.filter((text) => !text.startsWith('Failed to load resource')), []);
  for (const address of visitor.seen.addresses.map((each) => new URL(each))) {
    assert.equal(address.origin, server.origin);
    assert.ok(!`${address.pathname}${address.search}`.includes(secret));
  }
};

const posts = (path, body) => fetch(`${server.origin}${path}`, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
});
const signsIn = async (email, password) => (await posts('/auth/sign-in', { email, password })).status === 200;

const SEND = `mutation ($i: InvitationSendInput!) {
  invitationSend(input: $i) { invitation { state } userErrors { code } } }`;
const HOME = 'query { viewer { user { memberships(first: 10) { nodes { role organisation { id } } } } } }';

/** An administrator's invitation to be a coordinator. */
const invites = async (email) => {
  const { memberships } = (await server.ask('administrator', HOME)).viewer.user;
  const { organisation } = memberships.nodes.find((each) => each.role === 'ADMINISTRATOR');
  const i = { email, role: 'COORDINATOR', organisationId: organisation.id };
  const { invitationSend: sent } = await server.ask('administrator', SEND, { i });
  assert.deepEqual(sent, { invitation: { state: 'SENT' }, userErrors: [] });
  return linkTo(email, 'invitation');
};

/** Whose token this is. */
const accountOf = (role) => JSON.parse(Buffer.from(server.tokens[role].split('.')[1], 'base64url')).sub;

test('whoever is new sets a password, and is in', options, async () => {
  const email = 'newcomer@example.org';
  const link = await invites(email);
  await follow(link);
  const invited = page().locator('#invited');
  assert.match(await invited.innerText(), /newcomer@example\.org, to be: coordinator\.$/);
  await shoot('invited');
  const accept = form('new').getByRole('button', { name: 'Accept', exact: true });
  const refusal = form('new').getByRole('alert');
  for (const [password, again, said] of [
    [PASSWORD, OTHER, 'The two passwords are not the same.'],
    ['short', 'short', 'The password is too short.'],
    ['password1234', 'password1234', 'This password is too common; choose another.'],
  ]) {
    await fill('new', { password, again });
    await accept.click();
    await refusal.getByText(said).waitFor();
  }
  assert.ok(!(await signsIn(email, PASSWORD)), 'nobody is in yet');
  await fill('new', { nameEn: 'New Comer', password: PASSWORD, again: PASSWORD });
  await accept.click();
  await page().locator('#done').getByText('You have accepted. You can sign in now.').waitFor();
  await leavesNoTrace(link);
  assert.ok(await signsIn(email, PASSWORD));

  // The link was good once.
  await page().goto('about:blank');
  await page().goto(link);
  await page().locator('#refused').getByText('The link is not good any more; ask for another.').waitFor();
  assert.equal(await page().locator('form').count(), 0);
  await leavesNoTrace(link);
});

test('whoever has an account sets its password by the keyboard, and accepts in Chinese', options, async () => {
  const email = 'known@example.org';
  const link = server.run('invite', '--as', accountOf('team_leader'), '--email', email).trim();
  await follow(link);
  assert.equal(await page().locator('h1').innerText(), 'Set your password');
  await form('set').locator('[name=password]').focus();
  for (const key of [PASSWORD, null, PASSWORD]) {
    if (key === null) await page().keyboard.press('Tab');
    else await page().keyboard.insertText(key);
  }
  await page().keyboard.press('Enter');
  await page().locator('#done').waitFor();
  await leavesNoTrace(link);
  await visitor.context.close();
  fs.rmSync(visitor.profile, { recursive: true });

  const invitation = await invites(email);
  await follow(invitation, { locale: 'zh-HK' });
  assert.equal(await page().locator('html').getAttribute('lang'), 'zh-Hant-HK');
  assert.match(await page().locator('#invited').innerText(), /邀請你（known@example\.org）擔任：統籌。$/);
  await shoot('invited-zh');
  const accept = form('known').getByRole('button', { name: '登入並接受', exact: true });
  await fill('known', { own: OTHER });
  await accept.click();
  await form('known').getByText('電郵地址、密碼或驗證碼不正確。').waitFor();
  await fill('known', { own: PASSWORD });
  await accept.click();
  await page().locator('#done').getByText('你已接受邀請，現在可以登入。').waitFor();
  await leavesNoTrace(invitation);
});

test('a lost password is set anew by the letter, whose link is good once', options, async () => {
  const email = 'forgetful@example.org';
  const first = server.run('invite', '--as', accountOf('coordinator'), '--email', email).trim();
  const token = new URL(first).hash.split('=')[1];
  assert.equal((await posts('/auth/recover/password', { token, password: PASSWORD })).status, 204);
  assert.equal((await posts('/auth/recover', { email })).status, 204);
  assert.equal((await posts('/auth/recover', { email: 'nobody@example.org' })).status, 204);
  const link = await linkTo(email, 'token');
  await follow(link);
  await fill('set', { password: OTHER, again: OTHER });
  await form('set').getByRole('button', { name: 'Set the password' }).click();
  await page().locator('#done').getByText('Your password is set, and you were signed out everywhere.').waitFor();
  await shoot('set');
  await leavesNoTrace(link);
  assert.ok(await signsIn(email, OTHER));
  assert.ok(!(await signsIn(email, PASSWORD)));

  await page().goto('about:blank');
  await page().goto(link);
  await fill('set', { password: PASSWORD, again: PASSWORD });
  await page().keyboard.press('Enter');
  await form('set').getByText('The link is not good any more; ask for another.').waitFor();
  assert.ok(await signsIn(email, OTHER), 'it is still the one that was set');
  assert.ok(letters.every((each) => each.to.text !== 'nobody@example.org'), 'nobody got no letter');
});
