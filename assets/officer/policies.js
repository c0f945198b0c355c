// The policies in force with their sentences, searched; one is opened with its text.

import { fill, labelled, make } from '/officer/dom.js';
import { inForce } from '/officer/session.js';
import { tell, whereabouts } from '/officer/told.js';
import { language, of, say } from '/officer/words.js';

let searched = '';

const fits = (policy, words) => {
  const text = [policy.id, policy.english, policy.chinese, policy.file, policy.text].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
};

const effect = (policy) => make('span', { class: `effect ${policy.effect.toLowerCase()}` }, say(policy.effect));

const item = (policy) => make('li', {}, effect(policy),
  make('a', { href: `#policies=${encodeURIComponent(policy.id)}` }, of(policy)),
  make('small', {}, make('code', {}, policy.id)));

const list = (main) => {
  const set = inForce();
  const found = make('div');
  const count = make('p', { class: 'count', role: 'status' });
  const again = () => {
    const words = searched.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = set.policies.filter((policy) => fits(policy, words));
    const files = [...new Set(shown.map((policy) => policy.file))];
    fill(count, say('policiesFound', shown.length));
    fill(found, files.map((file) => make('section', { class: 'file' }, make('h2', {}, make('code', {}, file)),
      make('ul', { class: 'policies' }, shown.filter((policy) => policy.file === file).map(item)))));
  };
  fill(main, make('h1', {}, say('policies')), make('p', {}, say('policiesPurpose')),
    make('form', { role: 'search', class: 'filters', onsubmit: (event) => event.preventDefault() },
      labelled(say('searchPolicies'), make('input', { type: 'search', value: searched, oninput: (event) => { searched = event.target.value; again(); } }))),
    count, found);
  again();
};

const one = (main, policy) => {
  const first = language() === 'en' ? ['en', policy.english] : ['zh-Hant-HK', policy.chinese];
  const second = language() === 'en' ? ['zh-Hant-HK', policy.chinese] : ['en', policy.english];
  fill(main,
    make('p', {}, make('a', { href: '#policies' }, `← ${say('allPolicies')}`)),
    make('article', { class: 'sheet' },
      make('p', {}, effect(policy), ' ', make('code', {}, policy.id)),
      make('h1', { lang: first[0], class: 'sentence' }, first[1]),
      make('p', { lang: second[0], class: 'sentence' }, second[1]),
      make('p', {}, say('stands'), ' ', whereabouts(policy)),
      make('pre', { lang: 'en', tabindex: '0', 'aria-label': say('textOf', policy.id) }, policy.text.trim()),
      make('p', {}, make('a', { class: 'button', href: `#change=${encodeURIComponent(`${policy.file}:${policy.line}`)}` }, say('editThis')))));
  tell(first[1]);
};

/** Shows the list, or the policy of this id. */
export const policies = (main, id) => {
  const policy = inForce().policies.find((each) => each.id === id);
  if (policy) one(main, policy);
  else list(main);
};
