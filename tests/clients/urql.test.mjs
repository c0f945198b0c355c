// urql with graphcache, which knows the contract: pages merge, a mutation updates by id.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { getIntrospectionQuery } from 'graphql';
import { ask, CHANGE, headers, PAGE, READ, somebody, url } from './demo.mjs';

const schema = await ask(getIntrospectionQuery());
const none = () => null;
const client = () => new Client({
  url,
  preferGetMethod: false,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange({
      schema,
      resolvers: { Query: { volunteers: relayPagination() } },
      keys: { PageInfo: none, VolunteerConnection: none, VolunteerEdge: none },
    }),
    fetchExchange,
  ],
});

test('pages merge, and what is known is answered without the server', async () => {
  const urql = client();
  const { data } = await urql.query(PAGE, { first: 4 }).toPromise();
  await urql.query(PAGE, { first: 4, after: data.volunteers.pageInfo.endCursor }).toPromise();
  const cached = await urql.query(PAGE, { first: 4 }, { requestPolicy: 'cache-only' }).toPromise();
  const { volunteers } = await ask(PAGE, { first: 8 });
  assert.deepEqual(
    cached.data.volunteers.edges.map(({ node }) => node.id),
    volunteers.edges.map(({ node }) => node.id),
  );
});

test('a field that is not known yet is null at first where policy can hide it', async () => {
  const urql = client();
  const id = await somebody();
  await urql.query(READ, { id }).toPromise();
  const more = 'query More($id: ID!) { volunteer(id: $id) { id nameEn district } }';
  const partial = await urql.query(more, { id }, { requestPolicy: 'cache-only' }).toPromise();
  assert.equal(partial.data.volunteer.id, id);
  assert.equal(partial.data.volunteer.district, null);
});

test('a mutation updates the record by its id', async () => {
  const urql = client();
  const id = await somebody();
  const { data: { volunteer } } = await urql.query(READ, { id }).toPromise();
  const nameEn = `URQL ${Date.now()}`;
  const done = await urql.mutation(CHANGE, { input: { id, version: volunteer.version, nameEn } }).toPromise();
  assert.deepEqual(done.data.volunteerChange.userErrors, []);
  const cached = await urql.query(READ, { id }, { requestPolicy: 'cache-only' }).toPromise();
  assert.equal(cached.data.volunteer.nameEn, nameEn);
});
