// Starts GraphiQL. The token lives in a variable of this page and nowhere else:
// GraphiQL gets a storage that forgets everything when the page is closed, since
// queries and answers may name people as well.
'use strict';

(() => {
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

  const fetcherFor = (token) => async (request, options) => {
    const headers = {
      ...options?.headers,
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

  // What the token says of its bearer, for the eye only: the server checks it.
  const describe = (token) => {
    if (!token) return 'anonymous: nothing is shown';
    try {
      const part = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
      const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
      const { typ, sub, exp } = JSON.parse(new TextDecoder().decode(bytes));
      return `${typ} ${sub}, until ${new Date(exp * 1000).toLocaleString()}`;
    } catch {
      return 'this is not a token';
    }
  };

  const storage = forgetful();
  const root = ReactDOM.createRoot(document.getElementById('ide'));
  const field = document.getElementById('token');
  const bearer = document.getElementById('bearer');

  // A new fetcher makes GraphiQL read the schema again, as the new bearer sees it.
  const show = () => {
    const token = field.value.trim();
    bearer.textContent = describe(token);
    root.render(React.createElement(GraphiQL, {
      fetcher: fetcherFor(token),
      storage,
      shouldPersistHeaders: false,
      defaultQuery: '# Paste a token above, then ask.\n{\n  __typename\n}\n',
    }));
  };

  field.value = '';
  field.addEventListener('change', show);
  show();
})();
