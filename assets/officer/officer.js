// The page: who has signed in, which view is shown, and in which language.

import { prepare } from '/officer/cedar.js';
import { change } from '/officer/change.js';
import { fill, make, unseen } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { history } from '/officer/history.js';
import { matrix } from '/officer/matrix.js';
import { overview } from '/officer/overview.js';
import { policies } from '/officer/policies.js';
import * as session from '/officer/session.js';
import { signInForm } from '/officer/sign-in.js';
import { why } from '/officer/why.js';
import { language, say, speak } from '/officer/words.js';

const VIEWS = { overview, matrix, policies, change, history, why };
const head = document.getElementById('head');
const main = document.getElementById('main');
const skip = document.getElementById('skip');

/** The view that the address names, and what follows its name. */
const place = () => {
  const [name, rest = ''] = location.hash.slice(1).split(/=(.*)/s);
  let argument = '';
  try {
    argument = decodeURIComponent(rest);
  } catch { /* not ours */ }
  return Object.hasOwn(VIEWS, name) ? [name, argument] : ['overview', ''];
};

const links = (shown) => make('nav', { 'aria-label': say('views') }, make('ul', {},
  Object.keys(VIEWS).map((name) => make('li', {}, make('a', {
    href: `#${name}`, 'aria-current': name === shown ? 'page' : null,
  }, say(name), name === 'change' && draft.any() && make('span', { class: 'dot' }, unseen(say('unpublished'))))))));

const switchTo = (code) => make('button', {
  type: 'button', lang: code, 'aria-pressed': String(language() === code),
  onclick: () => { speak(code); show(); },
}, code === 'en' ? 'English' : '中文');

const leave = () => {
  if (draft.any() && !confirm(say('leaveDraft'))) return;
  draft.forget();
  session.signOut();
  window.history.replaceState(null, '', location.pathname);
  show();
};

const showHead = (name) => fill(head,
  make('strong', { class: 'brand' }, 'Kaifong ', make('span', { lang: 'zh-Hant-HK' }, '街坊')),
  make('span', { class: 'what' }, say('workshop')),
  make('div', { class: 'tools', role: 'group', 'aria-label': say('language') }, switchTo('en'), switchTo('zh-Hant-HK')),
  session.signedIn() && make('button', { type: 'button', class: 'plain', onclick: leave }, say('signOut')),
  session.signedIn() && links(name));

let end = null;

/** Shows what the address names, from the beginning. */
const show = () => {
  document.documentElement.lang = language();
  document.title = `${say('workshop')} · Kaifong 街坊`;
  skip.textContent = say('skip');
  end?.();
  end = null;
  if (!session.signedIn()) {
    showHead('');
    fill(main, signInForm(() => { draft.startFrom(session.inForce()); prepare(); show(); focus(); }));
    main.querySelector('textarea, input')?.focus();
    return;
  }
  const [name, argument] = place();
  showHead(name);
  document.title = `${say(name)} · ${document.title}`;
  end = VIEWS[name](main, argument) ?? null;
};

/** Reads on from the heading of the view, unless the view itself has led on. */
const focus = () => {
  if (main.contains(document.activeElement) && document.activeElement !== main) return;
  const heading = main.querySelector('h1');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
};

const arrive = () => {
  show();
  if (session.signedIn()) focus();
  scrollTo(0, 0);
};

addEventListener('hashchange', arrive);
// A link to where one is already leads there again, such as to the line of a fault.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && link !== skip && link.hash === location.hash) arrive();
});
addEventListener('beforeunload', (event) => { if (draft.any()) event.preventDefault(); });
skip.addEventListener('click', (event) => { event.preventDefault(); main.focus(); });
draft.onChange(() => { if (session.signedIn()) showDot(); });

/** Typing must not lose the keyboard's place in the head of the page. */
const showDot = () => {
  const link = head.querySelector('a[href="#change"]');
  link?.querySelector('.dot')?.remove();
  if (draft.any()) link?.append(make('span', { class: 'dot' }, unseen(say('unpublished'))));
};

show();
