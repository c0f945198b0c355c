// Who sees and does what: viewers against fields and deeds, filtered.

import { fill, labelled, make, unseen } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { MATRIX } from '/officer/questions.js';
import { question } from '/officer/session.js';
import { failure, tell, version } from '/officer/told.js';
import { roleWord, say, typeWord } from '/officer/words.js';

const SIGNS = { F: 'full', M: 'masked', '–': 'hidden', '✓': 'allowed' };

/** What was chosen stays chosen while the page is open. */
const chosen = { type: 'Volunteer', sort: '', text: '', differing: false, draft: false, unseen: new Set() };

/** `F organisation / –` as signs with words. */
const cell = (text, sort) => text.split(' / ').map((part, at) => {
  const [sign, ...condition] = part.split(' ');
  const word = sign === '–' && sort !== 'SEES' ? 'refused' : SIGNS[sign];
  // What is seen of some records is not seen of the others: that goes without a sign.
  if (sign === '–' && at > 0) return unseen(say(`cell_else_${word}`));
  return make('span', { class: `sign ${word}` },
    make('b', { 'aria-hidden': 'true' }, sign), unseen(say(`cell_${word}`)),
    condition.length > 0 && make('small', {}, unseen(say('whereFits')), condition.join(' ')));
});

const fits = (line, before) => {
  if (chosen.type && line.type !== chosen.type) return false;
  if (chosen.sort && line.sort !== chosen.sort) return false;
  if (!`${line.name}`.toLowerCase().includes(chosen.text.trim().toLowerCase())) return false;
  return !before || line.cells.some((text, at) => text !== before.cells[at]) || !chosen.differing;
};

const table = (found, before) => {
  const shown = found.viewers.map((_, at) => at).filter((at) => !chosen.unseen.has(found.viewers[at]));
  const lines = found.lines.map((line, at) => [line, before?.lines[at]])
    .filter(([line, old]) => fits(line, old))
    .filter(([line]) => before || !chosen.differing
      || new Set(shown.map((at) => line.cells[at])).size > 1);
  if (lines.length === 0 || shown.length === 0) return [make('p', {}, say('nothingFits')), 0];
  const rows = [];
  let type = '';
  for (const [line, old] of lines) {
    if (line.type !== type) {
      type = line.type;
      rows.push(make('tr', { class: 'group' }, make('th', { colspan: shown.length + 1, scope: 'colgroup' }, make('span', {}, typeWord(type)))));
    }
    rows.push(make('tr', {},
      make('th', { scope: 'row' }, line.sort !== 'SEES' && make('small', {}, say(`sort_${line.sort}`), ' '),
        line.name === 'list' && line.sort === 'SEES' ? say('there') : make('a', { href: `#why=,,${encodeURIComponent(line.sort === 'SETS' ? `edit ${line.name}` : line.name)}`, title: say('askWhy') }, make('code', {}, line.name))),
      shown.map((at) => {
        const changed = old && old.cells[at] !== line.cells[at];
        return make('td', { class: changed ? 'changed' : null },
          changed && [make('del', {}, unseen(say('before')), cell(old.cells[at], line.sort)), ' '],
          changed ? make('ins', {}, unseen(say('after')), cell(line.cells[at], line.sort)) : cell(line.cells[at], line.sort));
      })));
  }
  return [make('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': say('matrix') }, make('table', { class: 'matrix' },
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, say('fieldOrDeed')),
      shown.map((at) => make('th', { scope: 'col' }, roleWord(found.viewers[at]))))),
    make('tbody', {}, rows))), lines.length];
};

const filters = (found, again, reload) => {
  const pick = (key, options) => make('select', { value: chosen[key], onchange: (event) => { chosen[key] = event.target.value; again(); } },
    options.map(([value, words]) => make('option', { value }, words)));
  const box = (words, checked, set) => make('label', { class: 'box' }, make('input', { type: 'checkbox', checked, onchange: (event) => set(event.target.checked) }), words);
  const types = [...new Set(found.lines.map((line) => line.type))];
  if (!types.includes(chosen.type)) chosen.type = '';
  return make('form', { class: 'filters', role: 'search', 'aria-label': say('filter'), onsubmit: (event) => event.preventDefault() },
    labelled(say('type'), pick('type', [['', say('allTypes')], ...types.map((name) => [name, typeWord(name)])])),
    labelled(say('sort'), pick('sort', [['', say('allSorts')], ['SEES', say('sorts_SEES')], ['SETS', say('sorts_SETS')], ['DOES', say('sorts_DOES')]])),
    labelled(say('fieldName'), make('input', { type: 'search', value: chosen.text, oninput: (event) => { chosen.text = event.target.value; again(); } })),
    make('details', { class: 'viewers' }, make('summary', {}, say('viewers')),
      make('fieldset', {}, make('legend', { class: 'unseen' }, say('viewers')), found.viewers.map((name) => box(roleWord(name), !chosen.unseen.has(name), (on) => {
        if (on) chosen.unseen.delete(name);
        else chosen.unseen.add(name);
        again();
      })))),
    box(say(chosen.draft ? 'onlyChanged' : 'onlyDiffering'), chosen.differing, (on) => { chosen.differing = on; again(); }),
    draft.any() && box(say('withDraft'), chosen.draft, (on) => { chosen.draft = on; reload(); }));
};

const legend = () => make('ul', { class: 'legend', 'aria-label': say('signs') }, Object.entries(SIGNS).map(([sign, word]) =>
  make('li', {}, make('span', { class: `sign ${word}` }, make('b', {}, sign)), ' ', say(`legend_${word}`))));

/** Shows the matrix. */
export const matrix = (main) => {
  const place = make('div', { 'aria-busy': 'true' }, make('p', {}, say('loading')));
  fill(main, make('h1', {}, say('matrix')), make('p', {}, say('matrixPurpose'), ' ', say('conditionHint')), legend(), place);
  const load = async () => {
    if (!draft.any()) chosen.draft = false;
    try {
      const live = await question(MATRIX, {});
      const mine = chosen.draft && await question(MATRIX, { changes: draft.changes() });
      const before = mine ? live.policyWorkshop.matrix : null;
      const found = (mine || live).policyWorkshop.matrix;
      const result = make('div');
      const count = make('p', { class: 'count' });
      const again = () => {
        const [shown, lines] = table(found, before);
        fill(result, shown);
        fill(count, say('lineCount', lines), ' · ', say('setVersion'), ' ', version(found.version));
        tell(say('lineCount', lines));
      };
      fill(place, filters(found, again, load), count, result);
      again();
    } catch (error) {
      fill(place, failure(error));
    }
    place.removeAttribute('aria-busy');
  };
  void load();
};
