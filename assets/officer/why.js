// Why somebody sees or does something, or not: a person, a record and a field.

import { fill, labelled, make, unique } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { identifier, typeOf } from '/officer/identifiers.js';
import { CHOICE, MATRIX, WHY } from '/officer/questions.js';
import { question } from '/officer/session.js';
import { failure, prose, tell, whereabouts } from '/officer/told.js';
import { of, say, typeWord } from '/officer/words.js';

const MARKS = { TRUE: '✓', FALSE: '✗', FAILS: '!' };

const policy = (told) => make('div', { class: 'policy' }, make('p', {}, of(told)),
  make('p', { class: 'fine' }, make('a', { href: `#policies=${encodeURIComponent(told.id)}` }, make('code', {}, told.id)), told.file && [' · ', whereabouts(told)]));

/** What a decision was about: the row, a field in full or masked, a change, a deed. */
const about = (action, answer) => {
  const [name, view] = action.split('.').at(-1).split(':');
  if (name === 'list') return say('asked_there');
  if (view === 'masked') return say('asked_MASKED', name);
  if (view === 'edit') return say('asked_EDIT', name);
  return say(['ALLOWED', 'REFUSED'].includes(answer) ? 'asked_DEED' : 'asked_FULL', name);
};

const step = (each, answer) => make('li', { class: each.allowed ? 'yes' : 'no' },
  make('p', {}, about(each.action, answer), ' ', make('strong', {}, say(each.allowed ? 'yes' : 'no'))),
  each.failed && make('p', { class: 'bad' }, say('failed'), ' ', make('span', { lang: 'en' }, each.failed)),
  each.by.length > 0 ? [make('p', { class: 'fine' }, say('becauseOf')), each.by.map(policy)]
    : !each.allowed && make('p', { class: 'fine' }, say('noPolicy')));

const clause = (each) => make('li', { class: `clause ${each.truth.toLowerCase()}` },
  make('p', {}, make('b', { 'aria-hidden': 'true' }, MARKS[each.truth], ' '), make('strong', {}, say(`truth_${each.truth}`)), ' ', each.truth !== 'TRUE' && prose(of(each))),
  make('code', { lang: 'en' }, each.text));

const near = (each) => make('li', { class: 'near' }, make('p', { class: 'fine' }, say(each.forbids ? 'forbidsIt' : 'wouldAllow')),
  policy(each.policy), make('ul', {}, each.clauses.map(clause)));

const shown = (found, mine) => make('section', { class: 'sheet' },
  make('h2', {}, say('answer'), ' ', make('span', { class: `answer ${found.answer.toLowerCase()}` }, say(`answer_${found.answer}`))),
  make('p', {}, say(`answerMeans_${found.answer}`), mine && [' ', make('em', {}, say('underDraft'))]),
  make('h3', {}, say('stepByStep')), make('ol', { class: 'whys' }, found.steps.map((each) => step(each, found.answer))),
  found.nearest.length > 0 && [make('h3', {}, say('nearest')), make('ul', { class: 'whys' }, found.nearest.map(near))],
  found.givenTo.length > 0 && make('p', {}, say('givenTo'), ' ', found.givenTo.map((kind) => say(`kind_of_${kind}`)).join(', ')));

/** Shows the question; `asked` is what the address has of it: viewer, record, field. */
export const why = (main, asked) => {
  const [viewer = '', record = '', field = ''] = asked.split(',');
  const fields = make('datalist', { id: unique('fields') });
  const people = make('datalist', { id: unique('people') });
  const records = make('datalist', { id: unique('records') });
  const who = make('input', { value: viewer, required: true, autocomplete: 'off', spellcheck: 'false', list: people.id });
  const what = make('input', { value: record, required: true, autocomplete: 'off', spellcheck: 'false', list: records.id });
  const which = make('input', { value: field, required: true, autocomplete: 'off', spellcheck: 'false', list: fields.id });
  const mine = make('input', { type: 'checkbox' });
  const result = make('div', { 'aria-live': 'polite' });
  let words = [];

  const offer = () => {
    const type = typeOf(what.value);
    fill(fields, words.filter((line) => line.type === type).map((line) => make('option', {
      value: line.sort === 'SETS' ? `edit ${line.name}` : line.sort === 'SEES' && line.name === 'list' ? 'there' : line.name,
    })));
  };

  const answer = async () => {
    fill(result, make('p', { class: 'working' }, say('loading')));
    const variables = {
      viewer: who.value.trim().toLowerCase() === 'nobody' ? 'nobody' : identifier(who.value, 'User'),
      record: identifier(what.value),
      field: which.value.trim(),
      changes: mine.checked && draft.any() ? draft.changes() : undefined,
    };
    // The same question can be found again in the address, behind the #, which no server is told.
    window.history.replaceState(null, '', `#why=${[variables.viewer, variables.record, variables.field].map(encodeURIComponent).join(',')}`);
    try {
      const { policyWorkshop: { explain } } = await question(WHY, variables);
      fill(result, explain ? shown(explain, Boolean(variables.changes)) : make('p', { class: 'bad' }, say('whyNothing')));
      if (explain) tell(`${say('answer')} ${say(`answer_${explain.answer}`)}`);
    } catch (error) {
      fill(result, failure(error));
    }
  };

  const form = make('form', { class: 'sheet', onsubmit: (event) => { event.preventDefault(); void answer(); } },
    make('div', { class: 'three' },
      labelled(say('whyWho'), who, say('whyWhoHint')),
      labelled(say('whyRecord'), what, say('whyRecordHint')),
      labelled(say('whyField'), which, say('whyFieldHint'))), fields, people, records,
    draft.any() && make('p', {}, make('label', { class: 'box' }, mine, say('withDraft'))),
    make('p', { class: 'buttons' }, make('button', { type: 'submit' }, say('askNow')),
      make('button', { type: 'button', class: 'plain', onclick: () => { who.value = 'nobody'; what.focus(); } }, say('nobody'))));
  what.addEventListener('input', offer);
  fill(main, make('h1', {}, say('why')), make('p', {}, say('whyPurpose')), form, result);
  question(MATRIX, {}).then(({ policyWorkshop }) => { words = policyWorkshop.matrix.lines; offer(); }, () => {});
  // What there is to choose from is what the officer sees: most names by their first character only.
  question(CHOICE, {}).then((found) => {
    const each = ({ nodes }, type) => nodes.map(({ id, nameZh, nameEn, state }) => make('option', { value: id },
      `${typeWord(type)} ${nameZh ?? nameEn ?? state ?? ''}`.trim()));
    const [users, shares, volunteers] = [each(found.users, 'User'), each(found.partnerships, 'Partnership'), each(found.volunteers, 'Volunteer')];
    fill(people, make('option', { value: 'nobody' }, say('nobody')), users, shares);
    fill(records, volunteers, users.map((one) => one.cloneNode(true)), shares.map((one) => one.cloneNode(true)));
  }, () => {});
  if (viewer && record && field) void answer();
};
