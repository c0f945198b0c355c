// Starts GraphiQL. The token lives in this page's memory and nowhere else; so does
// all that GraphiQL would keep (tabs, history, the theme), since a query may name a
// person or a telephone number as well.

import { live } from '/ide/live.js';

const forgetful = () => {
  const kept = new Map();
  return {
    get length() { return kept.size; },
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, String(value)),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  };
};

const post = async (token, request) => {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
  };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch('/graphql', {
    method: 'POST',
    headers,
    body: JSON.stringify(request),
    credentials: 'omit',
    cache: 'no-store',
  });
  return response.json();
};

// Whether the operation that runs is a subscription; what cannot be read is for the
// server to refuse.
const lasts = ({ query, operationName }) => {
  try {
    return GraphiQL.GraphQL.parse(query).definitions.some((definition) =>
      definition.operation === 'subscription'
        && (!operationName || definition.name?.value === operationName));
  } catch {
    return false;
  }
};

// What the token says of its bearer, for the eye only: the server checks it.
const describe = (token) => {
  if (!token) return 'anonymous 匿名';
  try {
    const part = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    const { typ, sub, exp } = JSON.parse(new TextDecoder().decode(bytes));
    return `${typ} ${sub}, until ${new Date(exp * 1000).toLocaleString()}`;
  } catch {
    return 'this is not a token 這不是權杖';
  }
};

const storage = forgetful();
const root = ReactDOM.createRoot(document.getElementById('ide'));
const field = document.getElementById('token');
const bearer = document.getElementById('bearer');

let subscriptions = live('');

// A new fetcher makes GraphiQL read the schema again, as the new bearer sees it.
const show = () => {
  const token = field.value.trim();
  subscriptions.end();
  const events = subscriptions = live(token);
  bearer.textContent = describe(token);
  root.render(React.createElement(GraphiQL, {
    fetcher: (request) =>
      lasts(request) ? events.to(request) : post(token, request),
    storage,
    // The field above is the one place for a token.
    isHeadersEditorEnabled: false,
    shouldPersistHeaders: false,
    defaultQuery: '# Paste a token above, then ask.\n# 請先在上方貼上權杖，然後查詢。\n{\n  __typename\n}\n',
  }));
};

field.value = '';
field.addEventListener('change', show);
show();
