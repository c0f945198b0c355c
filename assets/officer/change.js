// Changing the policies: edit, check, read the difference, publish, from top to bottom.

import { fill, make } from '/officer/dom.js';
import { difference } from '/officer/difference.js';
import * as draft from '/officer/draft.js';
import { files } from '/officer/files.js';
import { gate } from '/officer/gate.js';
import { publish } from '/officer/publish.js';
import { overtaken } from '/officer/overtaken.js';
import { say } from '/officer/words.js';

const step = (number, title, ...children) => make('section', { class: 'step', 'aria-labelledby': `step-${number}` },
  make('h2', { id: `step-${number}` }, make('span', { class: 'number', 'aria-hidden': 'true' }, number), ' ', title), children);

/** Shows the draft; `place` is a file and a line to go to. */
export const change = (main, place) => {
  const edited = files(place);
  const compared = difference();
  const checked = gate((report) => {
    published.renew();
    if (report.ready) void compared.run();
  });
  const published = publish(checked.standing, compared.sentences, checked.show);
  const over = overtaken();
  fill(main, make('h1', {}, say('change')), make('p', {}, say('changePurpose')), over.element,
    step(1, say('stepEdit'), edited.element),
    step(2, say('stepGate'), checked.element),
    step(3, say('stepDifference'), compared.element),
    step(4, say('stepPublish'), published.element));
  const parts = [edited, checked, compared, published, over];
  const renew = () => { for (const part of parts) part.renew?.(); };
  const forget = draft.onChange(renew);
  renew();
  edited.begin?.();
  return () => { forget(); for (const part of parts) part.end?.(); };
};
