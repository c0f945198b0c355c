// The program's parts against a running demo.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { ShiftFrame, ShiftNews } from './documents.graphql.js';
import { reading } from './gql/index.js';
import { absence, Kaifong, Refused } from './kaifong.js';
import { change, pages, rostered, shift } from './shifts.js';
import { OneShift } from './documents.graphql.js';

const origin = process.env['KAIFONG_URL'] ?? 'http://127.0.0.1:8080';
const tokens = JSON.parse(fs.readFileSync(process.env['KAIFONG_TOKENS'] ?? 'tokens.json', 'utf8')) as
  Record<'coordinator' | 'partner', string>;
const coordinator = new Kaifong(origin, tokens.coordinator);
const partner = new Kaifong(origin, tokens.partner);
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
