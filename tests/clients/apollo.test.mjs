// Apollo Client: pages merge, a mutation updates by id, an optimistic value is taken back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { ask, CHANGE, headers, PAGE, READ, somebody, url } from './demo.mjs';

const client = () => new ApolloClient({
  link: new HttpLink({ uri: url, headers }),
  cache: new InMemoryCache({
    typePolicies: { Query: { fields: { volunteers: relayStylePagination() } } },
  }),
});

test('pages merge in their order, an earlier page read again replaces itself', async () => {
  const apollo = client();
  const query = gql(PAGE);
  const first = await apollo.query({ query, variables: { first: 4 } });
  const after = first.data.volunteers.pageInfo.endCursor;
  for (let again = 0; again < 2; again += 1) {
    await apollo.query({ query, variables: { first: 4, after }, fetchPolicy: 'network-only' });
  }
  const cached = apollo.readQuery({ query, variables: { first: 4 } });
  const { volunteers } = await ask(PAGE, { first: 8 });
  assert.deepEqual(
    cached.volunteers.edges.map(({ node }) => node.id),
    volunteers.edges.map(({ node }) => node.id),
  );
});

test('an optimistic value is shown, and taken back where the change is refused', async () => {
  const apollo = client();
  const id = await somebody();
  const query = gql(READ);
  const { data: { volunteer } } = await apollo.query({ query, variables: { id } });
  const shown = [];
  const watch = apollo.watchQuery({ query, variables: { id } })
    .subscribe(({ data }) => data?.volunteer && shown.push(data.volunteer.nameEn));
  const mutate = (version, nameEn) => apollo.mutate({
    mutation: gql(CHANGE),
    variables: { input: { id, version, nameEn } },
    optimisticResponse: {
      volunteerChange: {
        __typename: 'VolunteerChangePayload',
        volunteer: { __typename: 'Volunteer', id, nameEn, version },
        userErrors: [],
      },
    },
  });
  const name = `APOLLO ${Date.now()}`;
  const done = await mutate(volunteer.version, name);
  assert.deepEqual(done.data.volunteerChange.userErrors, []);
  const now = apollo.readQuery({ query, variables: { id } }).volunteer;
  assert.equal(now.nameEn, name);
  assert.notEqual(now.version, volunteer.version, 'the new version is in the cache');
  const late = await mutate(volunteer.version, 'NEVER');
  assert.equal(late.data.volunteerChange.userErrors[0].code, 'STALE');
  assert.equal(apollo.readQuery({ query, variables: { id } }).volunteer.nameEn, name);
  assert.ok(shown.includes('NEVER'), 'it was shown meanwhile');
  assert.equal(shown.at(-1), name);
  watch.unsubscribe();
  assert.equal((await ask(READ, { id })).volunteer.nameEn, name);
});
