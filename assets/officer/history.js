// What was put in force, by whom and why; approval; the way back.

import { dialog, fill, make } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { reasonFor } from '/officer/publish.js';
import { APPROVE, HISTORY, PUBLISHED, ROLL_BACK } from '/officer/questions.js';
import { inForce, isMe, question, renew } from '/officer/session.js';
import { failure, faultList, moment, tell, userErrors, version } from '/officer/told.js';
import { of, say } from '/officer/words.js';

/** What a set has that the one in force has not, rule by rule. */
const comparison = (set) => {
  const now = new Map(inForce().policies.map((policy) => [policy.id, policy]));
  const then = new Map(set.policies.map((policy) => [policy.id, policy]));
  return [
    ['setHas', set.policies.filter(({ id }) => !now.has(id))],
    ['setHasNot', inForce().policies.filter(({ id }) => !then.has(id))],
    ['setDiffers', set.policies.filter(({ id, text }) => now.has(id) && now.get(id).text !== text)],
  ].filter(([, policies]) => policies.length > 0);
};

const read = async (number) => {
  const { policyWorkshop: { set } } = await question(PUBLISHED, { number });
  const parts = comparison(set);
  await dialog(say('setNumber', number), (choose) => [
    make('p', {}, say('comparedWithNow'), ' ', version(set.version), ' · ', say('policyCount', set.policies.length)),
    parts.length === 0 && make('p', {}, say('samePolicies')),
    parts.map(([word, policies]) => [make('h3', {}, say(word)), make('ul', { class: 'policies' }, policies.map((policy) =>
      make('li', {}, make('details', {}, make('summary', {}, of(policy), ' ', make('code', {}, policy.id)),
        make('pre', { lang: 'en', tabindex: '0' }, policy.text.trim())))))]),
    make('p', { class: 'buttons' }, make('button', { type: 'button', onclick: () => choose(null) }, say('close'))),
  ].filter(Boolean));
};

const standing = (act, live) => {
  if (act === live) return make('span', { class: 'standing live' }, say('inForce'));
  if (act.waiting) return make('span', { class: 'standing waits' }, say('waits'));
  return make('span', { class: 'standing' }, say(act.inForce ? 'replaced' : 'neverLive'));
};

const deed = (act) => (act.deed === 'ROLLBACK' && act.restores ? say('did_ROLLBACK', act.restores) : say(`did_${act.deed}`));

/** Shows the history. */
export const history = (main) => {
  const place = make('div', { 'aria-busy': 'true' }, make('p', {}, say('loading')));
  const answer = make('div', { role: 'status' });
  fill(main, make('h1', {}, say('history')), make('p', {}, say('historyPurpose')), answer, place);
  const acts = [];

  const act = async (query, field, input) => {
    fill(answer, make('p', { class: 'working' }, say('publishing')));
    try {
      const done = (await question(query, { input }))[field];
      if (done.userErrors.length > 0) return fill(answer, userErrors(done.userErrors));
      if (done.number === null) {
        const faults = (done.report?.steps ?? []).flatMap((step) => step.faults);
        return fill(answer, make('p', { class: 'bad' }, say('gateStopped')), faultList(faults));
      }
      await renew();
      if (!draft.any()) draft.startFrom(inForce());
      await load();
      const told = say(done.inForce ? 'published' : 'publishedWaits', done.number);
      tell(told);
      return fill(answer, make('p', { class: 'good' }, told));
    } catch (error) {
      return fill(answer, failure(error));
    }
  };

  const back = async ({ set: number }) => {
    const reason = await reasonFor(say('rollBackTitle', number), say('rollBackNow'), make('p', {}, say('rollBackSure', number)),
      draft.any() && make('p', { class: 'note' }, say('rollBackDraft')));
    if (reason) await act(ROLL_BACK, 'rollBackPolicies', { number, reason });
  };

  const approve = async ({ set: number, reason }) => {
    const sure = await dialog(say('approveTitle', number), (choose) => [make('p', {}, say('approveSure')), make('p', {}, make('q', {}, reason)),
      make('p', { class: 'buttons' }, make('button', { type: 'button', onclick: () => choose(true) }, say('approveNow')),
        make('button', { type: 'button', class: 'plain', onclick: () => choose(null) }, say('cancel')))]);
    if (sure) await act(APPROVE, 'approvePolicies', { number });
  };

  const open = async ({ set }) => {
    try {
      await read(set);
    } catch (error) {
      fill(answer, failure(error));
    }
  };

  const plain = (words, about, onclick) => make('button', { type: 'button', class: 'plain', 'aria-label': `${words}: ${say('setNumber', about)}`, onclick }, words);
  const line = (each, live) => make('li', { class: 'sheet' },
    make('h2', {}, say('setNumber', each.set), ' · ', deed(each), ' ', standing(each, live)),
    make('blockquote', {}, each.reason),
    make('p', { class: 'fine' }, moment(each.at), ' · ', say('by'), ' ', isMe(each.by) ? say('you') : make('code', {}, each.by), ' · ', version(each.versionBefore), ' → ', version(each.versionAfter)),
    make('p', { class: 'buttons' }, each.set !== live?.set && plain(say('readSet'), each.set, () => void open(each)),
      each.waiting && each.deed !== 'APPROVE' && make('button', { type: 'button', onclick: () => void approve(each) }, say('approve')),
      each.inForce && each.set !== live?.set && plain(say('rollBack'), each.set, () => void back(each))));

  // The newest that came into force is in force; the others were, until the next one did.
  const current = () => acts.find((each) => each.inForce);
  const show = (more) => fill(place, acts.length === 0 && make('p', {}, say('noHistory')),
    make('ol', { class: 'acts', reversed: true }, acts.map((each) => line(each, current()))),
    more && make('p', {}, make('button', { type: 'button', class: 'plain', onclick: () => void load(acts.at(-1).number) }, say('older'))));

  const load = async (before) => {
    try {
      const { policyWorkshop } = await question(HISTORY, { before });
      if (!before) acts.length = 0;
      acts.push(...policyWorkshop.history);
      show(policyWorkshop.history.length === 50);
    } catch (error) {
      fill(place, failure(error));
    }
    place.removeAttribute('aria-busy');
  };
  void load();
};
