// The program's parts against a running demo.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { after, test } from 'node:test';
import WebSocket from 'ws';
import { OneShift, ShiftFrame, ShiftNews } from './documents.graphql.js';
import { reading } from './gql/index.js';
import { absence, Kaifong, Refused } from './kaifong.js';
import { change, pages, rostered, shift } from './shifts.js';

const origin = process.env['KAIFONG_URL'] ?? 'http://127.0.0.1:8080';
const tokens = JSON.parse(fs.readFileSync(process.env['KAIFONG_TOKENS'] ?? 'tokens.json', 'utf8')) as
  Record<'coordinator' | 'partner', string>;
// Against a server that takes trusted documents alone, everything is asked for by its hash.
const byId = process.env['KAIFONG_BY_ID'] === 'true';
const coordinator = new Kaifong(origin, tokens.coordinator, byId);
const partner = new Kaifong(origin, tokens.partner, byId);
after(() => Promise.all([coordinator.close(), partner.close()]));

const changeable = async () => {
  for await (const page of pages(coordinator, 20)) {
    const found = page.find((each) => each.viewerCanChange);
    if (found) return found;
  }
  throw new Error('the demo has no shift that a coordinator may change');
};

test('pages follow each other without a gap or a repetition', async () => {
  const few = [];
  for await (const page of pages(coordinator, 7)) few.push(...page.map(({ id }) => id));
  const many = [];
  for await (const page of pages(coordinator, 500)) many.push(...page.map(({ id }) => id));
  assert.ok(few.length > 7);
  assert.equal(new Set(few).size, few.length);
  assert.deepEqual(few, many);
});

test('a masked name and a withheld number are told from empty ones', async () => {
  const seen = await rostered(partner);
  assert.match(seen?.name ?? '', /^.XX$/);
  assert.equal(seen?.nameIsMasked, true);
  assert.equal(seen?.phone, 'withheld');
  assert.equal((await rostered(coordinator))?.nameIsMasked, false);
  const fields = { a: { full: 1 }, b: { hidden: 2 }, c: { full: 1, hidden: 1 } };
  const privacy = { policyVersion: '', fields };
  assert.deepEqual(['a', 'b', 'c'].map((path) => absence(privacy, path)), ['empty', 'withheld', 'unsure']);
});

test('the second of two changes of one version is stale, and gets the record as it is', async () => {
  const read = await changeable();
  const place = `Hall ${Date.now()}`;
  const done = await change(coordinator, read, { place });
  assert.equal(done.outcome, 'changed');
  const late = await change(coordinator, read, { place: 'Never' });
  assert.equal(late.outcome, 'stale');
  assert.equal(late.outcome === 'stale' && late.now?.place, place);
  assert.equal((await shift(coordinator, read.id))?.place, place);
});

test('a change by one is told to the other', async () => {
  const { id } = await changeable();
  const place = `Room ${Date.now()}`;
  const again = async () => {
    const now = await shift(coordinator, id);
    if (now) await change(coordinator, now, { place: `${place} ${Math.random()}` });
  };
  const ticking = setInterval(() => void again(), 400);
  try {
    for await (const { data } of coordinator.events(ShiftNews, { id })) {
      const told = reading(ShiftFrame, data?.shiftChanged);
      assert.equal(told?.id, id);
      assert.ok(told.place?.startsWith(place));
      break;
    }
  } finally {
    clearInterval(ticking);
  }
});

test('a change that may not be made is refused with its code', async () => {
  for await (const [first] of pages(partner, 1)) {
    assert.ok(first);
    assert.equal(first.viewerCanChange, false);
    await assert.rejects(change(partner, first, { place: 'Elsewhere' }), (refused) =>
      refused instanceof Refused && refused.codes.includes('FORBIDDEN'));
    break;
  }
});

test('every document is in the list of trusted documents, by the hash that is sent', () => {
  const file = new URL('../src/gql/persisted-documents.json', import.meta.url);
  const list = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string>;
  assert.equal(Object.keys(list).length, 5);
  assert.match(list[String(OneShift.__meta__?.['hash'])] ?? '', /query OneShift/);
});

const alone = { skip: byId ? false : 'this server takes any document' };

test('where documents are trusted their texts are not sent, over HTTP or a socket', alone, async (context) => {
  const fetched = context.mock.method(globalThis, 'fetch');
  const said = context.mock.method(WebSocket.prototype, 'send');
  const { id } = await changeable();
  const ticking = setInterval(() => void shift(coordinator, id).then((now) =>
    now && change(coordinator, now, { place: `Pier ${Math.random()}` })), 400);
  try {
    for await (const { data } of coordinator.events(ShiftNews, { id })) {
      assert.equal(reading(ShiftFrame, data?.shiftChanged)?.id, id);
      break;
    }
  } finally {
    clearInterval(ticking);
  }
  const bodies = fetched.mock.calls.map(({ arguments: [, init] }) => JSON.parse(String(init?.body)));
  const begun = said.mock.calls.map(({ arguments: [text] }) => JSON.parse(String(text)))
    .filter(({ type }) => type === 'subscribe').map(({ payload }) => payload);
  assert.ok(bodies.length >= 2);
  assert.equal(begun.length, 1);
  for (const body of [...bodies, ...begun]) {
    assert.match(body.documentId, /^sha256:[0-9a-f]{64}$/);
    assert.equal(body.query ?? '', '');
  }
});

test('a document that is not on the list is refused, and so are its hash and the schema', alone, async () => {
  const post = async (body: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens.coordinator}` };
    const response = await fetch(new URL('/graphql', origin), { method: 'POST', headers, body: JSON.stringify(body) });
    const { data, errors } = await response.json() as { data?: unknown; errors?: { extensions: { code: string } }[] };
    assert.equal(data ?? null, null);
    return errors?.map(({ extensions: { code } }) => code);
  };
  const id = String(OneShift.__meta__?.['hash']);
  const query = '{ shifts(first: 1) { nodes { id } } }';
  assert.deepEqual(await post({ query }), ['DOCUMENT_NOT_TRUSTED']);
  assert.deepEqual(await post({ query: '{ __schema { queryType { name } } }' }), ['DOCUMENT_NOT_TRUSTED']);
  assert.deepEqual(await post({ documentId: '0'.repeat(64) }), ['PERSISTED_QUERY_NOT_FOUND']);
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const persistedQuery = { version: 1, sha256Hash };
  assert.deepEqual(await post({ query, extensions: { persistedQuery } }), ['DOCUMENT_NOT_TRUSTED']);
  assert.deepEqual(await post({ documentId: id, query }), ['INVALID_REQUEST']);
});
