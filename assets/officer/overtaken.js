// Somebody else has put another set in force while this one was edited.

import { fill, make } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { inForce, renew } from '/officer/session.js';
import { failure, tell } from '/officer/told.js';
import { say } from '/officer/words.js';

/** The files that both have changed. */
const both = (before, after) => draft.names().filter((name) => {
  const text = (set) => set.files.find((file) => file.name === name)?.text ?? null;
  return text(before) !== text(after);
});

let conflicts = [];

/** Starts the draft from what is in force now; what the officer has written stays. */
export const startAgain = async () => {
  const before = draft.startedFrom();
  await renew();
  conflicts = both(before, inForce());
  draft.startFrom(inForce());
};

/** Tells that another set is in force, with a way on. */
export const overtakenNote = () => make('div', { class: 'note' }, make('p', {}, say('overtaken')),
  make('p', {}, make('button', {
    type: 'button',
    onclick: async (event) => {
      event.target.disabled = true;
      try {
        await startAgain();
        tell(say('startedAgain'));
      } catch (error) {
        event.target.after(failure(error));
      }
    },
  }, say('startAgain'))));

/** The files to look at once more, at the head of the view. */
export const overtaken = () => {
  const element = make('div', { 'aria-live': 'polite' });
  return {
    element,
    renew() {
      conflicts = conflicts.filter((name) => draft.names().includes(name));
      fill(element, conflicts.length > 0 && make('div', { class: 'note' }, make('p', {}, say('conflicts')),
        make('ul', {}, conflicts.map((name) => make('li', {}, make('a', { href: `#change=${encodeURIComponent(name)}` }, make('code', {}, name)))))));
    },
  };
};
