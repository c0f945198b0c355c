// The running demo server, the documents that Apollo and urql ask, and a shift of the test's own.

import fs from 'node:fs';

const origin = process.env.KAIFONG_URL ?? 'http://127.0.0.1:8080';
const tokens = JSON.parse(fs.readFileSync(process.env.KAIFONG_TOKENS ?? 'tokens.json', 'utf8'));

export const url = `${origin}/graphql`;
/** The headers of somebody's requests, by role. */
export const headersOf = (role) => ({ authorization: `Bearer ${tokens[role]}` });
export const headers = headersOf('administrator');

export const PAGE = `query Page($first: Int!, $after: String) {
  volunteers(first: $first, after: $after) {
    edges { cursor node { id nameEn } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
export const READ = 'query Read($id: ID!) { volunteer(id: $id) { id nameEn version } }';
export const CHANGE = `mutation Change($input: VolunteerChangeInput!) {
  volunteerChange(input: $input) { volunteer { id nameEn version } userErrors { code } }
}`;

/** The answer over plain HTTP, past every cache. */
export const ask = async (query, variables = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
};

/** A volunteer that is there already. */
export const somebody = async () => (await ask('{ volunteers(first: 1) { nodes { id } } }')).volunteers.nodes[0].id;
