// Where one arrives: what is in force, what waits, and what can be done here.

import { fill, make } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { HISTORY } from '/officer/questions.js';
import { inForce, question } from '/officer/session.js';
import { failure, moment, version } from '/officer/told.js';
import { say } from '/officer/words.js';

const card = (href, title, text) => make('li', {}, make('a', { href }, make('strong', {}, title), make('span', {}, text)));

const standing = async (place) => {
  const set = inForce();
  const facts = [make('p', {}, set.number === null ? say('builtIn') : say('setNumber', set.number), ' · ', version(set.version),
    ' · ', say('policyCount', set.policies.length))];
  try {
    const { policyWorkshop } = await question(HISTORY, {});
    const acts = policyWorkshop.history;
    const last = acts.find((act) => act.inForce);
    if (last) facts.push(make('p', {}, say('lastAct'), ' ', moment(last.at), say('because'), make('q', {}, last.reason)));
    if (acts.some((act) => act.waiting && act.deed !== 'APPROVE')) {
      facts.push(make('p', { class: 'note' }, say('somethingWaits'), ' ', make('a', { href: '#history' }, say('toHistory'))));
    }
  } catch (error) {
    facts.push(failure(error));
  }
  fill(place, facts);
};

/** Shows the overview. */
export const overview = (main) => {
  const facts = make('div', { 'aria-live': 'polite' }, make('p', {}, say('loading')));
  fill(main,
    make('h1', {}, say('overview')),
    make('section', { class: 'sheet' }, make('h2', {}, say('nowInForce')), facts,
      draft.any() && make('p', { class: 'note' }, say('draftThere'), ' ', make('a', { href: '#change' }, say('toDraft')))),
    make('section', {}, make('h2', {}, say('whatToDo')), make('ul', { class: 'cards' },
      card('#matrix', say('matrix'), say('matrixPurpose')),
      card('#policies', say('policies'), say('policiesPurpose')),
      card('#change', say('change'), say('changePurpose')),
      card('#history', say('history'), say('historyPurpose')),
      card('#why', say('why'), say('whyPurpose')))));
  void standing(facts);
};
