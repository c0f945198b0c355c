// The IDE as its users meet it: GraphiQL in a real browser, served by a running demo.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { filesWith, open, program } from './browser.mjs';
import { ask, origin, tokens } from './demo.mjs';

const there = fs.existsSync(program);
if (!there && process.env.CI) throw new Error(`there is no ${program}`);
const options = { skip: !there && `there is no ${program}` };

let ide;
beforeEach(async () => {
  if (there) ide = await open(`${origin}/ide`);
});
afterEach(async () => {
  await ide?.context.close();
  if (ide) fs.rmSync(ide.profile, { recursive: true });
});

const QUERY = '.graphiql-query-editor';
const ANSWER = '.result-window';

const text = (pane) =>
  ide.page.locator(`${pane} .CodeMirror`).evaluate((editor) => editor.CodeMirror.getValue());

const become = async (token) => {
  await ide.page.fill('#token', token);
  await ide.page.press('#token', 'Enter');
};

/** Types a document by the keys, with the editor's suggestions and brackets, as a person would. */
const type = async (document) => {
  await ide.page.click(`${QUERY} .CodeMirror-lines`);
  await ide.page.keyboard.press('Control+A');
  await ide.page.keyboard.press('Delete');
  await ide.page.keyboard.type(document);
  await ide.page.keyboard.press('Escape');
  assert.equal(await text(QUERY), document);
};

const press = () => ide.page.click('.graphiql-execute-button');

/** Runs what is typed, and waits for an answer that is as it should be. */
const answer = async (wanted) => {
  await press();
  return until(wanted);
};

const until = async (wanted) => {
  const handle = await ide.page.waitForFunction(
    ([pane, pattern]) => {
      const shown = document.querySelector(`${pane} .CodeMirror`)?.CodeMirror.getValue() ?? '';
      return new RegExp(pattern).test(shown) && shown;
    },
    [ANSWER, wanted.source],
  );
  return handle.jsonValue();
};

const shoot = (name) => ide.page.screenshot({ path: `shots/${name}.png` });

/** No word of the browser against the page, and nobody but this server was spoken to. */
const allIsWell = () => {
  assert.deepEqual(ide.seen.complaints, []);
  assert.deepEqual(ide.seen.violations, []);
  const { host } = new URL(origin);
  for (const address of ide.seen.addresses.filter((each) => !each.startsWith('data:'))) {
    assert.equal(new URL(address).host, host, address);
    assert.ok(!address.includes('eyJ'), `a token in an address: ${address}`);
  }
};

test('the page says in two languages what the token is for', options, async () => {
  const words = await ide.page.locator('#purpose p').allInnerTexts();
  assert.match(words[0], /keeps the token, your queries and the answers in memory/);
  assert.match(words[1], /只在記憶體中保留權杖、查詢及結果/);
  assert.equal(await ide.page.locator('#purpose p').nth(1).getAttribute('lang'), 'zh-Hant-HK');
  allIsWell();
});

test('a query is typed, run and answered', options, async () => {
  await type('{ viewer { kind } }');
  await answer(/"ANONYMOUS"/);
  await become(tokens.administrator);
  await type('query Names { volunteers(first: 3) { nodes { nameZh nameEn phone } } }');
  const shown = JSON.parse(await answer(/"volunteers"/));
  const { volunteers } = await ask('administrator', '{ volunteers(first: 3) { nodes { nameZh nameEn phone } } }');
  assert.deepEqual(shown.data.volunteers, volunteers);
  assert.ok(volunteers.nodes[0].phone.startsWith('+852'), 'the administrator sees the number');
  await shoot('query');
  allIsWell();
});

test('the schema is there for suggestions', options, async () => {
  await become(tokens.coordinator);
  await ide.page.click(`${QUERY} .CodeMirror-lines`);
  const hint = ide.page.locator('.CodeMirror-hints li').filter({ hasText: 'volunteers' }).first();
  // What is typed before the schema has come is not suggested for; one types on.
  let told = false;
  for (let tries = 0; tries < 10 && !told; tries += 1) {
    await ide.page.keyboard.press('Escape');
    await ide.page.keyboard.press('Control+A');
    await ide.page.keyboard.type('{ volunt');
    told = await hint.waitFor({ timeout: 3000 }).then(() => true, () => false);
  }
  assert.ok(told, 'fields are suggested');
  allIsWell();
});

test('another token shows what another viewer sees', options, async () => {
  const document = '{ shifts(first: 1, where: { assignments: { some: {} } }) { nodes { assignments(first: 1) { nodes { volunteer { nameZh phone } } } } } }';
  await become(tokens.partner);
  await type(document);
  const shown = JSON.parse(await answer(/"shifts"/));
  const { volunteer } = shown.data.shifts.nodes[0].assignments.nodes[0];
  assert.match(volunteer.nameZh, /^.XX$/);
  assert.equal(volunteer.phone, null);
  allIsWell();
});

const organisation = async () =>
  (await ask('administrator', '{ projects(first: 1) { nodes { organisation { id } } } }')).projects.nodes[0].organisation.id;

const CREATE = 'mutation($input: NoticeCreateInput!) { noticeCreate(input: $input) { notice { id } userErrors { code } } }';
const CHANGE = 'mutation($input: NoticeChangeInput!) { noticeChange(input: $input) { notice { titleEn } userErrors { code } } }';

const notice = async () => {
  const input = { titleEn: 'To be read in the IDE', organisationId: await organisation() };
  const { noticeCreate } = await ask('administrator', CREATE, { input });
  assert.deepEqual(noticeCreate.userErrors, []);
  return noticeCreate.notice.id;
};

test('a mutation changes what others read', options, async () => {
  const id = await notice();
  await become(tokens.administrator);
  await type(`mutation { noticeChange(input: { id: "${id}", titleEn: "Changed in the IDE" }) { notice { titleEn } userErrors { code } } }`);
  await answer(/"titleEn": "Changed in the IDE"/);
  const { node } = await ask('coordinator', 'query($id: ID!) { node(id: $id) { ... on Notice { titleEn } } }', { id });
  assert.equal(node.titleEn, 'Changed in the IDE');
  allIsWell();
});

/** Starts a subscription to a notice, changed by another until the page shows an event. */
const subscribed = async (id) => {
  await type(`subscription News { noticeChanged(id: "${id}") { titleEn } }`);
  await press();
  // The server does not say when it listens; so there are more changes until it does.
  let round = 0;
  let told;
  do {
    round += 1;
    await ask('coordinator', CHANGE, { input: { id, titleEn: `Edition ${round}` } });
    told = await Promise.race([
      until(/"titleEn": "Edition \d+"/),
      new Promise((resolve) => setTimeout(resolve, 1000)),
    ]);
  } while (!told);
  return round;
};

test('a subscription is told of a change that another made', options, async () => {
  const id = await notice();
  await become(tokens.administrator);
  const round = await subscribed(id);
  await ask('coordinator', CHANGE, { input: { id, titleEn: 'Seen at once' } });
  const shown = JSON.parse(await until(/"Seen at once"/));
  assert.deepEqual(shown.data, { noticeChanged: { titleEn: 'Seen at once' } });
  await shoot('subscription');
  const [socket, ...others] = ide.seen.sockets;
  assert.deepEqual(others, [], 'one socket for one subscription');
  assert.equal(socket.url(), `${origin.replace('http', 'ws')}/graphql`);
  const closed = socket.waitForEvent('close');
  await press();
  await closed;
  await ask('coordinator', CHANGE, { input: { id, titleEn: `After ${round}` } });
  assert.match(await text(ANSWER), /Seen at once/);
  allIsWell();
});

test('another token ends the subscriptions of the one before', options, async () => {
  const id = await notice();
  await become(tokens.administrator);
  await subscribed(id);
  const closed = ide.seen.sockets[0].waitForEvent('close');
  await become(tokens.partner);
  await closed;
  await until(/The token was changed/);
  allIsWell();
});

test('a token that is not good is refused at once, over both ways', options, async () => {
  const forged = `${tokens.administrator.slice(0, -8)}AAAAAAAA`;
  await become(forged);
  await type('{ viewer { kind } }');
  const refused = JSON.parse(await answer(/"errors"/));
  assert.equal(refused.data, undefined);
  await type('subscription { noticeChanged { id } }');
  await answer(/closed the socket: 4403 Forbidden/);
  assert.equal(ide.seen.sockets.length, 1, 'it does not come again');
});

test('the token is in no storage, address or file, and gone after a reload', options, async () => {
  await become(tokens.administrator);
  await type('{ volunteers(first: 1, where: { phone: { eq: "+85212345678" } }) { nodes { id } } }');
  await answer(/"volunteers"/);
  const kept = await ide.page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookie: document.cookie,
    databases: await indexedDB.databases(),
    address: location.href,
    state: history.state,
  }));
  assert.deepEqual(kept, {
    local: {}, session: {}, cookie: '', databases: [], address: `${origin}/ide`, state: null,
  });
  assert.deepEqual(await ide.context.cookies(), []);
  assert.ok(!(await ide.page.content()).includes('eyJ'));
  await ide.page.reload();
  await ide.page.locator(`${QUERY} .CodeMirror`).waitFor();
  assert.equal(await ide.page.inputValue('#token'), '');
  assert.doesNotMatch(await text(QUERY), /85212345678/);
  allIsWell();
  await ide.context.close();
  assert.deepEqual(filesWith(ide.profile, tokens.administrator.split('.')[2]), []);
  assert.deepEqual(filesWith(ide.profile, '85212345678'), []);
  assert.notDeepEqual(filesWith(ide.profile, new URL(origin).host), [], 'the profile is on the disk');
});

test('the page can speak to no other server', options, async () => {
  const refused = await ide.page.evaluate(async () => {
    const other = new URL('http://localhost:9/');
    const violated = () => new Promise((resolve) => document.addEventListener(
      'securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }));
    const first = violated();
    const fetched = await fetch(other).then(() => 'fetched', () => 'refused');
    const second = (await first, violated());
    try { new WebSocket('ws://localhost:9/'); } catch { /* some browsers throw */ }
    return [fetched, await first, await second];
  });
  assert.deepEqual(refused, ['refused', 'connect-src', 'connect-src']);
});
