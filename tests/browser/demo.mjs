// The running demo server, and what a change made over HTTP by somebody else is.

import fs from 'node:fs';

/** Its address, without a path. */
export const origin = process.env.KAIFONG_URL ?? 'http://127.0.0.1:8080';

/** The demo's tokens by role, as `demo --tokens FILE` writes them. */
export const tokens = JSON.parse(fs.readFileSync(process.env.KAIFONG_TOKENS ?? 'tokens.json', 'utf8'));

/** The answer to a document, asked for over HTTP; it must have no errors. */
export const ask = async (role, query, variables = {}) => {
  const response = await fetch(new URL('/graphql', origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[role]}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${role} is refused: ${JSON.stringify(errors)}`);
  return data;
};
