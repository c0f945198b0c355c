// The difference: who would gain and lose what, in sentences, with examples that lead to "why".

import { fill, make } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { overtakenNote } from '/officer/overtaken.js';
import { DIFFERENCE } from '/officer/questions.js';
import { question } from '/officer/session.js';
import { failure, prose, tell } from '/officer/told.js';
import { language, of, say, typeWord } from '/officer/words.js';

/** What was read last, and of which edition of the draft. */
let last = null;

const example = ({ viewer, record, field }, at) => make('a', {
  href: `#why=${[viewer, record, field].map(encodeURIComponent).join(',')}`,
}, say('example', at + 1));

const change = (each) => make('li', { class: each.gains ? 'gains' : 'loses' },
  make('strong', {}, say(each.gains ? 'gains' : 'loses')), ' ', prose(of(each)),
  make('p', { class: 'fine' }, typeWord(each.type), ' · ', make('code', {}, each.subject), ' · ',
    say(`answer_${each.before}`), ' → ', say(`answer_${each.after}`)),
  each.examples.length > 0 && make('p', { class: 'fine' }, say('askWhy'), ' ', each.examples.map((one, at) => [at > 0 && ', ', example(one, at)])));

const promise = (each) => make('li', { class: each.turn === 'NEW' ? 'gains' : 'loses' },
  make('strong', {}, say(`turn_${each.turn}`)), ' ', say(`promised_${each.sort}`), ' ', each.sort !== 'GROUND' && prose(of(each)),
  make('p', { class: 'fine' }, each.turn === 'GONE' ? make('code', {}, each.file)
    : make('a', { href: `#change=${encodeURIComponent(each.file)}` }, make('code', {}, each.file))));

const verdicts = (found) => {
  if (!found.proved) return make('p', { class: 'hint' }, say('notProved'));
  const other = found.verdicts.filter(({ verdict }) => verdict !== 'SAME');
  const same = found.verdicts.length - other.length;
  return [
    make('p', {}, say('verdictsSame', same)),
    other.length > 0 && make('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': say('verdicts') }, make('table', { class: 'verdicts' },
      make('caption', {}, say('verdictsCaption')),
      make('thead', {}, make('tr', {}, ['who', 'action', 'ofType', 'verdict'].map((word) => make('th', { scope: 'col' }, say(word))))),
      make('tbody', {}, other.map((each) => make('tr', {}, make('td', {}, say(`kind_of_${each.principal}`)), make('td', {}, make('code', {}, each.action)),
        make('td', {}, typeWord(each.type)), make('td', { class: `verdict ${each.verdict.toLowerCase()}` }, say(`verdict_${each.verdict}`))))))),
  ];
};

const shown = (found) => [
  make('ul', { class: 'sentences' }, (language() === 'en' ? found.english : found.chinese).map((sentence) => make('li', {}, prose(sentence)))),
  found.promises.length > 0 && [make('h3', {}, say('promises')), make('p', { class: 'note' }, say('promisesHint')), make('ul', { class: 'changes promised' }, found.promises.map(promise))],
  found.changes.length > 0 && [make('h3', {}, say('whoExactly')), make('ul', { class: 'changes' }, found.changes.map(change))],
  make('h3', {}, say('verdicts')), verdicts(found),
];

/** The third part of the view. */
export const difference = () => {
  const button = make('button', { type: 'button', class: 'plain', onclick: () => void run() }, say('readDifference'));
  const place = make('div', { 'aria-live': 'polite' });
  let running = false;

  const renew = () => {
    button.disabled = !draft.any() || running;
    if (running) return;
    if (!draft.any()) last = null;
    if (!last) fill(place, make('p', { class: 'hint' }, say('differenceHint')));
    else fill(place, last.stamp !== draft.stamp() && make('p', { class: 'note' }, say('stale')), shown(last.found));
  };

  const run = async () => {
    const stamp = draft.stamp();
    running = true;
    button.disabled = true;
    fill(place, make('p', { class: 'working' }, say('differenceRuns')));
    try {
      const { policyWorkshop } = await question(DIFFERENCE, { changes: draft.changes() });
      last = { stamp, found: policyWorkshop.difference };
      running = false;
      renew();
      tell(say('differenceThere'));
    } catch (error) {
      running = false;
      button.disabled = false;
      fill(place, error.code === 'OVERTAKEN' ? overtakenNote() : failure(error));
    }
  };
  return {
    element: make('div', {}, make('p', {}, button), place),
    renew,
    run,
    /** The sentences of the draft as it is now; null where they were not read. */
    sentences: () => (last && last.stamp === draft.stamp() ? (language() === 'en' ? last.found.english : last.found.chinese) : null),
  };
};
