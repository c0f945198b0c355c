// What is told in more than one view: failures, faults, sentences, times, and news for who does not look.

import { inWords, lineOf, ruleAt } from '/officer/faults.js';
import { make } from '/officer/dom.js';
import { language, of, say, two } from '/officer/words.js';

const REFUSALS = {
  UNREACHABLE: 'unreachable', OVERTAKEN: 'overtaken', UNAUTHENTICATED: 'tokenBad', FORBIDDEN: 'forbidden',
  TOKEN_EXPIRED: 'tokenBad', TOKEN_INVALID: 'tokenBad',
};

/** A refusal in words, with the server's own sentence where there is no better one. */
export const failure = (error) => {
  // A fault of the page's own is for the console.
  if (!error.code) throw error;
  const known = REFUSALS[error.code] ?? (/^TOKEN/.test(error.code ?? '') ? 'tokenBad' : null);
  if (known) return make('p', { class: 'bad' }, say(known));
  if (error.chinese) return make('p', { class: 'bad' }, prose(two(error.message, error.chinese)));
  return make('p', { class: 'bad' }, say('refused'), ' ', make('span', { lang: 'en' }, error.message));
};

/** What the server says of the input. */
export const userErrors = (errors) =>
  make('ul', { class: 'bad' }, errors.map((each) => make('li', {}, two(each.message, each.messageZh))));

/** A sentence whose names stand between backticks, with the names set apart. */
export const prose = (text) => text.split('`').map((part, at) => (at % 2 === 1 ? make('code', {}, part) : part));

/** Tells who uses a screen reader. */
export const tell = (text) => { document.getElementById('news').textContent = text; };

/** A moment, as one writes it here. */
export const moment = (text) => make('time', { datetime: text },
  new Date(text).toLocaleString(language() === 'en' ? 'en-GB' : 'zh-HK', { dateStyle: 'medium', timeStyle: 'short' }));

/** The first letters of a version are enough to tell one from another. */
export const version = (text) => make('code', {}, text.slice(0, 12));

/** Cedar's faults of a text as the page lists them. */
export const located = (name, text, faults) => faults.map((fault) => ({
  ...fault, file: name, line: lineOf(text, fault.from), policy: ruleAt(text, fault.from), words: inWords(fault),
}));

/** The faults of the gate, each a link to its line. */
export const faultList = (faults) => make('ul', { class: 'faults' }, faults.map((fault) => make('li', {},
  fault.file && make('a', { href: `#change=${encodeURIComponent(`${fault.file}:${fault.line}`)}` },
    `${fault.file}, ${say('line', fault.line)}`),
  fault.policy && [' · ', make('code', {}, fault.policy)],
  make('p', {}, prose(of(fault))))));

/** Where a policy stands, as a link to edit it. */
export const whereabouts = ({ file, line }) => file && make('a', {
  href: `#change=${encodeURIComponent(`${file}:${line}`)}`, class: 'where',
}, `${file}, ${say('line', line)}`);
