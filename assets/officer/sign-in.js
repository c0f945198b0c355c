// Signing in: a token is pasted, kept in memory, and sent to this server only.

import { fill, labelled, make } from '/officer/dom.js';
import { signIn } from '/officer/session.js';
import { say } from '/officer/words.js';
import { failure } from '/officer/told.js';

/** The form; `done` is called when somebody who keeps the policies has signed in. */
export const signInForm = (done) => {
  const field = make('input', { type: 'password', autocomplete: 'off', spellcheck: 'false', required: true });
  const button = make('button', { type: 'submit' }, say('signIn'));
  const answer = make('div', { role: 'alert' });
  const form = make('form', {
    class: 'sheet narrow',
    onsubmit: async (event) => {
      event.preventDefault();
      const token = field.value.trim();
      button.disabled = true;
      fill(answer);
      try {
        if (await signIn(token)) {
          field.value = '';
          done();
          return;
        }
        fill(answer, make('p', { class: 'bad' }, say('notForYou')));
      } catch (error) {
        fill(answer, failure(error));
      }
      button.disabled = false;
      field.focus();
    },
  },
  make('h1', {}, say('signIn')),
  make('p', {}, say('purpose')),
  labelled(say('token'), field, say('tokenKept')),
  make('p', {}, button),
  answer);
  return form;
};
