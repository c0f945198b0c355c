// The page to which the link in a letter leads: a password is set, or an invitation accepted.
// The secret of the link is kept in memory only, and taken out of the address at once.

import { either, language, say, turn } from '/account/words.js';

const page = document.getElementById('page');
const switcher = document.getElementById('language');
const secret = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, '', location.pathname);

/** An element with these properties and children; text goes in as text. */
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter(Boolean));
  return element;
};

/** Asks the server: what it answered, or the code of its refusal. */
const ask = async (path, body, token) => {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  try {
    const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status === 204) return { done: true };
    const told = await answer.json();
    if (answer.ok) return { told };
    return { code: told.errors?.[0]?.extensions?.code ?? 'failed' };
  } catch {
    return { code: 'failed' };
  }
};

/** A field with its label. */
const field = (key, settings, hint) => {
  const input = make('input', { id: key, name: key, ...settings });
  const told = hint && make('small', { id: `${key}-hint` }, hint);
  if (told) input.setAttribute('aria-describedby', told.id);
  return { input, parts: [make('label', { htmlFor: key }, say(key)), input, told] };
};

/** A form; `send` gives nothing where it was done, or a code. */
const form = (id, fields, button, send) => {
  const submit = make('button', { type: 'submit' }, say(button));
  const answer = make('p', { className: 'bad' });
  answer.setAttribute('role', 'alert');
  const element = make('form', { id, noValidate: true }, ...fields.flatMap((one) => one.parts), make('p', {}, submit), answer);
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    submit.disabled = true;
    answer.textContent = '';
    const code = await send();
    if (code) answer.textContent = say(code);
    submit.disabled = false;
  });
  return element;
};

const show = (title, ...children) => {
  document.title = `${say(title)} – Kaifong 街坊`;
  page.replaceChildren(make('h1', {}, say(title)), ...children.filter(Boolean));
};

const done = (title, key) => {
  view = () => show(title, make('p', { id: 'done' }, say(key)));
  view();
};

const choosing = () => {
  const one = field('password', { type: 'password', autocomplete: 'new-password' }, say('passwordHint'));
  const other = field('again', { type: 'password', autocomplete: 'new-password' });
  return { fields: [one, other], chosen: () => one.input.value, same: () => one.input.value === other.input.value };
};

const setting = (token) => () => {
  const { fields, chosen, same } = choosing();
  show('setTitle', form('set', fields, 'set', async () => {
    if (!same()) return 'DIFFERENT';
    const { done: set, code } = await ask('/auth/recover/password', { token, password: chosen() });
    if (set) done('setTitle', 'setDone');
    return code;
  }));
};

const newcomer = (token) => {
  const nameZh = field('nameZh', { type: 'text', autocomplete: 'name' });
  const nameEn = field('nameEn', { type: 'text', autocomplete: 'name' });
  const { fields, chosen, same } = choosing();
  return form('new', [nameZh, nameEn, ...fields], 'accept', async () => {
    if (!same()) return 'DIFFERENT';
    const { done: accepted, code } = await ask('/auth/invitation/accept', {
      token,
      password: chosen(),
      nameZh: nameZh.input.value,
      nameEn: nameEn.input.value,
      language: language(),
    });
    if (accepted) done('inviteTitle', 'accepted');
    return code;
  });
};

const known = (token, address) => {
  const email = field('email', { type: 'email', autocomplete: 'username', value: address });
  const own = field('own', { type: 'password', autocomplete: 'current-password' });
  const code = field('code', { type: 'text', inputMode: 'numeric', autocomplete: 'one-time-code' });
  return form('known', [email, own, code], 'signIn', async () => {
    const typed = code.input.value.trim();
    const session = await ask('/auth/sign-in', {
      email: email.input.value,
      password: own.input.value,
      ...(typed && { code: typed }),
    });
    if (session.code) return session.code;
    const answer = await ask('/auth/invitation/accept', { token }, session.told.accessToken);
    // The session was for this alone.
    await ask('/auth/sign-out', { refreshToken: session.told.refreshToken });
    if (answer.done) done('inviteTitle', 'accepted');
    return answer.code;
  });
};

const inviting = (token, told) => () => {
  const { email, role, organisation } = told;
  const name = either(organisation.nameEn, organisation.nameZh);
  show('inviteTitle',
    make('p', { id: 'invited' }, say('invited', name, email, say(role))),
    make('h2', {}, say('newHere')), newcomer(token),
    make('h2', {}, say('haveAccount')), known(token, email));
};

let view = () => show('nothing', make('p', { id: 'nothing' }, say('nothingMore')));

const begin = async () => {
  const token = secret.get('token');
  const invitation = secret.get('invitation');
  if (token) view = setting(token);
  if (invitation) {
    page.replaceChildren(make('p', {}, say('wait')));
    const { told, code } = await ask('/auth/invitation', { token: invitation });
    view = told
      ? inviting(invitation, told)
      : () => show('inviteTitle', make('p', { id: 'refused', className: 'bad' }, say(code)));
  }
};

const speak = () => {
  document.documentElement.lang = language() === 'en' ? 'en' : 'zh-Hant-HK';
  switcher.textContent = say('other');
  switcher.lang = language() === 'en' ? 'zh-Hant-HK' : 'en';
  switcher.hidden = false;
};

switcher.addEventListener('click', () => {
  turn();
  speak();
  view();
});

// A link that is opened where the page is open already.
addEventListener('hashchange', () => location.reload());

speak();
await begin();
view();
