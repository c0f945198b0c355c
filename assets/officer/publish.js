// Publishing: with a reason, and where the settings ask for it, with a second person's approval.

import { dialog, fill, labelled, make } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { overtakenNote } from '/officer/overtaken.js';
import { PUBLISH } from '/officer/questions.js';
import { approvalNeeded, inForce, question, renew as renewSession } from '/officer/session.js';
import { failure, prose, tell, userErrors } from '/officer/told.js';
import { language, say } from '/officer/words.js';

/** Asks for a reason before something is done that others feel. */
export const reasonFor = (title, deed, ...words) => dialog(title, (choose) => {
  const field = make('textarea', { rows: '3', required: true, maxlength: '2000' });
  return make('form', {
    onsubmit: (event) => {
      event.preventDefault();
      const reason = field.value.trim();
      if (reason) choose(reason);
      else field.focus();
    },
  }, words, labelled(say('reason'), field, say('reasonHint')),
  make('p', { class: 'buttons' }, make('button', { type: 'submit' }, deed),
    make('button', { type: 'button', class: 'plain', onclick: () => choose(null) }, say('cancel'))));
});

/** The last part of the view. `passed` says whether the gate is, `sentences` what would change. */
export const publish = (passed, sentences, showReport) => {
  const button = make('button', { type: 'button' }, say('publish'));
  const hint = make('p', { class: 'hint' });
  const answer = make('div', { role: 'status' });

  const renew = () => {
    button.disabled = !passed();
    fill(hint, say(passed() ? (approvalNeeded() ? 'willWait' : 'willLive') : 'publishHint'));
  };

  const sent = async (reason) => {
    const { publishPolicies: done } = await question(PUBLISH, { input: { changes: draft.changes(), reason } });
    if (done.number === null && done.report) showReport(done.report);
    if (done.userErrors.some(({ code }) => code === 'OVERTAKEN')) return fill(answer, overtakenNote());
    if (done.userErrors.length > 0) return fill(answer, userErrors(done.userErrors));
    if (done.number === null) return fill(answer, make('p', { class: 'bad' }, say('gateStopped')));
    await renewSession();
    // What waits is kept by the server, with its number.
    draft.forget();
    draft.startFrom(inForce());
    const told = say(done.inForce ? 'published' : 'publishedWaits', done.number);
    tell(told);
    return fill(answer, make('p', { class: 'good' }, told, ' ', make('a', { href: '#history' }, say('toHistory'))));
  };

  button.addEventListener('click', async () => {
    const told = sentences();
    const reason = await reasonFor(say('publishTitle'), say('publishNow'),
      told ? make('ul', { class: 'sentences', lang: language() }, told.slice(0, 8).map((each) => make('li', {}, prose(each))), told.length > 8 && make('li', {}, say('andMore', told.length - 8)))
        : make('p', { class: 'note' }, say('differenceUnread')),
      make('p', {}, say('filesChanged', draft.names().length), ' ', make('code', {}, draft.names().join(', '))));
    if (!reason) return;
    button.disabled = true;
    fill(answer, make('p', { class: 'working' }, say('publishing')));
    try {
      await sent(reason);
    } catch (error) {
      fill(answer, error.code === 'OVERTAKEN' ? overtakenNote() : failure(error));
    }
    renew();
  });

  return { element: make('div', {}, hint, make('p', {}, button), answer), renew };
};
