// The gate: the draft is taken through it, and its steps are told as they end.

import { fill, make } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { overtakenNote } from '/officer/overtaken.js';
import { GATE } from '/officer/questions.js';
import { follow } from '/officer/session.js';
import { failure, faultList, tell } from '/officer/told.js';
import { of, say } from '/officer/words.js';

/** What was checked last: the edition of the draft, the steps and the report. */
let last = null;

const time = (milliseconds) => (milliseconds < 1000 ? say('milliseconds', Math.round(milliseconds)) : say('seconds', (milliseconds / 1000).toFixed(1)));

const step = (each) => make('li', { class: `gate ${each.state.toLowerCase()}` },
  make('p', { class: 'line' }, make('span', { class: 'state' }, say(`state_${each.state}`)), ' ',
    make('span', { class: 'about' }, of(each)), ' ', make('small', {}, time(each.milliseconds))),
  each.faults.length > 0 && faultList(each.faults),
  each.notes.length > 0 && make('details', { open: each.name === 'difference' }, make('summary', {}, say('notes', each.notes.length)), faultList(each.notes)));

const outcome = (report) => [
  make('p', { class: report.ready ? 'good' : 'bad' }, say(report.ready ? 'gateReady' : 'gateStopped')),
  make('p', {}, say('gateFigures', report.policies, report.scenarios, report.questions)),
  report.unexercised.length > 0 && make('details', {}, make('summary', {}, say('unexercised', report.unexercised.length)),
    make('ul', {}, report.unexercised.map((id) => make('li', {}, make('code', {}, id))))),
];

/** The second part of the view; `ended` is called with the report. */
export const gate = (ended) => {
  const button = make('button', { type: 'button' }, say('runGate'));
  const steps = make('ol', { class: 'steps' });
  const result = make('div', { 'aria-live': 'polite' });
  let stop = null;
  let trouble = null;

  const stale = () => last && last.stamp !== draft.stamp();
  const show = () => {
    if (!last) {
      fill(steps);
      fill(result, trouble ?? make('p', { class: 'hint' }, say(draft.any() ? 'gateHint' : 'nothingChanged')));
      return;
    }
    fill(steps, last.steps.map(step));
    fill(result, stale() && make('p', { class: 'note' }, say('stale')), last.report && outcome(last.report));
  };

  button.addEventListener('click', async () => {
    stop = new AbortController();
    last = { stamp: draft.stamp(), steps: [], report: null };
    trouble = null;
    const running = last;
    button.disabled = true;
    fill(steps);
    fill(result, make('p', { class: 'working' }, say('gateRuns')));
    try {
      for await (const { policyGate } of follow(GATE, { changes: draft.changes() }, stop.signal)) {
        if (policyGate.step) {
          running.steps.push(policyGate.step);
          steps.append(step(policyGate.step));
          tell(`${of(policyGate.step)}: ${say(`state_${policyGate.step.state}`)}`);
        }
        if (policyGate.report) {
          running.report = policyGate.report;
          running.steps = policyGate.report.steps;
        }
      }
      if (!running.report) {
        last = null;
        trouble = make('p', { class: 'bad' }, say('gateBroken'));
      }
    } catch (error) {
      last = null;
      if (!stop.signal.aborted) trouble = error.code === 'OVERTAKEN' ? overtakenNote() : failure(error);
    } finally {
      stop = null;
      refresh();
    }
    if (running.report) ended(running.report);
  });

  const refresh = () => {
    button.disabled = !draft.any() || stop !== null;
    if (!draft.any()) last = null;
    if (stop === null) show();
  };
  const renew = () => {
    trouble = null;
    refresh();
  };
  return {
    element: make('div', {}, make('p', {}, button), steps, result),
    renew,
    end: () => stop?.abort(),
    /** Whether the draft as it is now has passed. */
    standing: () => Boolean(last?.report?.ready) && !stale(),
    /** Shows what a refused publication was told. */
    show(report) {
      last = { stamp: draft.stamp(), steps: report.steps, report };
      show();
    },
  };
};
