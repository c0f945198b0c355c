// Relay: pages merge, a fragment is read again by id, an optimistic value is taken back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from './demo.mjs';
import { environment, load, loadMore, mutate, read, refetch, watch } from './relay.mjs';

const VOLUNTEERS = 'Volunteers_query';
const VOLUNTEER = 'Volunteer_volunteer';
const ROSTER = 'Roster_shift';
const ids = ({ edges }) => edges.map(({ node }) => node.id);

/** A volunteer's fragment, on screen in a store of this viewer's. */
const shown = async (relay, id) => (await load(relay, 'VolunteerQuery', { id })).volunteer;
const optimistic = (id, nameEn, version) => ({
  volunteerChange: {
    volunteer: { id, nameEn, version },
    userErrors: [],
  },
});

test('three pages merge without a gap and without a double', async () => {
  const relay = environment('administrator');
  const query = await load(relay, 'VolunteersQuery', { count: 4 });
  assert.equal(ids(read(relay, VOLUNTEERS, query).volunteers).length, 4);
  assert.equal(await loadMore(relay, VOLUNTEERS, query, 4), true);
  assert.equal(await loadMore(relay, VOLUNTEERS, query, 4), true);
  const merged = ids(read(relay, VOLUNTEERS, query).volunteers);
  const { volunteers } = await ask('{ volunteers(first: 12) { edges { node { id } } } }');
  assert.equal(new Set(merged).size, 12);
  assert.deepEqual(merged, ids(volunteers));
  assert.deepEqual(relay.asked.map(({ name }) => name), [
    'documentsVolunteersQuery', 'documentsMoreVolunteersQuery', 'documentsMoreVolunteersQuery',
  ]);
});

test('the last page ends the list, and whatever comes twice is there once', async () => {
  const relay = environment('administrator');
  const { volunteers: { totalCount } } = await ask('{ volunteers(first: 1) { totalCount } }');
  const query = await load(relay, 'VolunteersQuery', { count: totalCount - 3 });
  while (await loadMore(relay, VOLUNTEERS, query, 2));
  const all = ids(read(relay, VOLUNTEERS, query).volunteers);
  assert.equal(all.length, totalCount);
  assert.equal(new Set(all).size, totalCount);
  assert.equal(relay.asked.length, 3);
  await load(relay, 'VolunteersQuery', { count: 5 });
  assert.equal(ids(read(relay, VOLUNTEERS, query).volunteers).length, 5, 'a first page read again begins anew');
});

test('a connection inside a record goes on by the id of the record', async () => {
  const relay = environment('administrator');
  const roster = 'assignments(first: 50) { totalCount edges { node { id } } }';
  const { shifts } = await ask(`{ shifts(first: 50, orderBy: [{ field: STARTS_AT }]) { nodes { id ${roster} } } }`);
  const whole = shifts.nodes.find(({ assignments }) => assignments?.totalCount >= 3);
  assert.ok(whole, 'the demo has a shift with three on its roster');
  const { shift } = await load(relay, 'ShiftQuery', { id: whole.id, count: 1 });
  while (await loadMore(relay, ROSTER, shift, 1));
  assert.deepEqual(ids(read(relay, ROSTER, shift).assignments), ids(whole.assignments));
  assert.ok(relay.asked.length >= 3);
  assert.ok(relay.asked.slice(1).every(({ name, variables }) =>
    name === 'documentsMoreRosterQuery' && variables.id === whole.id));
});

test('a fragment is read again through node, by its id', async () => {
  const relay = environment('administrator');
  const { volunteers } = await ask('{ volunteers(first: 1) { edges { node { id version } } } }');
  const [{ node: { id, version } }] = volunteers.edges;
  const volunteer = await shown(relay, id);
  const nameEn = `RELAY AGAIN ${Date.now()}`;
  await ask(
    'mutation($input: VolunteerChangeInput!) { volunteerChange(input: $input) { userErrors { code } } }',
    { input: { id, version, nameEn } },
  );
  assert.notEqual(read(relay, VOLUNTEER, volunteer).nameEn, nameEn, 'nobody told the store');
  const told = [];
  const watched = watch(relay, VOLUNTEER, volunteer, ({ nameEn: name }) => told.push(name));
  await refetch(relay, VOLUNTEER, volunteer);
  assert.equal(relay.asked.at(-1).name, 'documentsVolunteerAgainQuery');
  assert.equal(read(relay, VOLUNTEER, volunteer).nameEn, nameEn);
  assert.deepEqual(told, [nameEn]);
  watched.dispose();
});

test('a change is shown at once, and then by its id wherever the record is shown', async () => {
  const relay = environment('administrator');
  const query = await load(relay, 'VolunteersQuery', { count: 4 });
  const { edges: [, { node: listed }] } = read(relay, VOLUNTEERS, query).volunteers;
  const one = await shown(relay, listed.id);
  const { id, nameEn: before, version } = read(relay, VOLUNTEER, one);
  const told = [];
  const watched = watch(relay, VOLUNTEER, listed, ({ nameEn }) => told.push(nameEn));
  const nameEn = `RELAY ${Date.now()}`;
  const input = { id, version, nameEn };
  const done = await mutate(relay, 'ChangeMutation', { input }, optimistic(id, 'MEANWHILE', version));
  assert.equal(done.errors, null);
  assert.deepEqual(done.response.volunteerChange.userErrors, []);
  assert.deepEqual(told, ['MEANWHILE', nameEn]);
  for (const place of [one, listed]) assert.equal(read(relay, VOLUNTEER, place).nameEn, nameEn);
  assert.notEqual(read(relay, VOLUNTEER, one).version, version, 'the new version is in the store');
  assert.notEqual(before, nameEn);
  assert.equal((await ask('query($id: ID!) { volunteer(id: $id) { nameEn } }', { id })).volunteer.nameEn, nameEn);
  watched.dispose();
});

test('where the viewer may not change it, the optimistic value is taken back', async () => {
  const relay = environment('team_leader');
  const query = await load(relay, 'VolunteersQuery', { count: 20 });
  const all = read(relay, VOLUNTEERS, query).volunteers.edges.map(({ node }) => node);
  // not everybody has an English name, and the day decides who comes first
  const listed = all.find((node) => read(relay, VOLUNTEER, node).nameEn);
  assert.ok(listed, 'the team leader sees names');
  const { id, nameEn, version } = read(relay, VOLUNTEER, listed);
  const told = [];
  const watched = watch(relay, VOLUNTEER, listed, (data) => told.push(data.nameEn));
  const input = { id, version, nameEn: 'NEVER' };
  const { response, errors } = await mutate(relay, 'ChangeMutation', { input }, optimistic(id, 'NEVER', version));
  assert.equal(response.volunteerChange, null);
  assert.equal(errors.length, 1);
  assert.equal(errors[0].extensions.code, 'FORBIDDEN');
  assert.deepEqual(told, ['NEVER', nameEn], 'it was shown meanwhile, and is no longer');
  assert.equal(read(relay, VOLUNTEER, listed).nameEn, nameEn);
  assert.equal((await ask('query($id: ID!) { volunteer(id: $id) { nameEn } }', { id })).volunteer.nameEn, nameEn);
  watched.dispose();
});
