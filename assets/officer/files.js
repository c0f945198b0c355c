// The files of the draft: one is chosen, edited, checked as one types, laid out, given up.

import { check, layOut } from '/officer/cedar.js';
import { dialog, fill, labelled, make } from '/officer/dom.js';
import * as draft from '/officer/draft.js';
import { editor } from '/officer/editor.js';
import { located, prose, tell } from '/officer/told.js';
import { say } from '/officer/words.js';

const KINDS = ['POLICIES', 'SCENARIOS', 'INVARIANTS', 'SCHEMA'];
const PAUSE = 250;

let open = '';

const isCedar = (name) => /\.cedar(schema)?$/.test(name);

/** The ids of the rules of all other files of the same kind. */
const taken = (name, kind) => draft.files().filter((file) => file.kind === kind && file.name !== name)
  .flatMap((file) => [...(draft.text(file.name) ?? '').matchAll(/@id\("([^"]*)"\)/g)].map(([, id]) => id));

const schema = () => {
  const file = draft.files().find(({ kind }) => kind === 'SCHEMA');
  return (file && draft.text(file.name)) ?? '';
};

const newFile = async () => {
  const name = await dialog(say('newFile'), (choose) => {
    const field = make('input', { required: true, pattern: '([a-z]+/)?[a-z0-9\\-]+\\.(cedar|toml)', placeholder: 'visitors.cedar' });
    return make('form', { onsubmit: (event) => { event.preventDefault(); choose(field.value); } },
      labelled(say('fileName'), field, say('fileNameHint')),
      make('p', { class: 'buttons' }, make('button', { type: 'submit' }, say('create')),
        make('button', { type: 'button', class: 'plain', onclick: () => choose(null) }, say('cancel'))));
  });
  if (name && draft.text(name) === null) draft.write(name, '');
  return name;
};

/** The first part of the view; `place` is `file:line` to go to. */
export const files = (place) => {
  const [wanted, line] = place.split(/:(?=\d+$)/);
  const all = draft.files();
  if (all.some((file) => file.name === wanted)) open = wanted;
  if (!all.some((file) => file.name === open)) open = all.find((file) => file.kind === 'POLICIES')?.name ?? '';

  const list = make('nav', { class: 'files', 'aria-label': say('files') });
  const title = make('h3');
  const faults = make('div', { class: 'findings', role: 'status' });
  const kindOf = () => draft.files().find((file) => file.name === open)?.kind;
  let found = [];
  let timer = 0;
  let round = 0;

  const paper = editor((text) => {
    draft.write(open, text);
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });

  const told = (fault) => make('li', { class: fault.severity }, make('button', { type: 'button', class: 'link', onclick: () => paper.goTo(fault.line) }, say('line', fault.line)),
    fault.policy && [' · ', make('code', {}, fault.policy)], make('p', {}, prose(fault.words)));

  const findings = (children) => {
    const element = make('div', {}, children);
    // Said again only where it changed: a reader would hear each key otherwise.
    if (faults.firstChild?.textContent !== element.textContent) fill(faults, element);
  };

  const look = async () => {
    round += 1;
    const mine = round;
    const text = draft.text(open);
    if (text === null) return findings(make('p', {}, say('fileRemoved')));
    if (!isCedar(open)) return findings(make('p', {}, say('gateReadsIt')));
    const kind = kindOf();
    try {
      const answer = await check({ kind, text, schema: schema(), taken: taken(open, kind) });
      if (mine !== round) return undefined;
      found = located(open, text, answer);
    } catch {
      return findings(make('p', { class: 'bad' }, say('cedarFailed')));
    }
    paper.mark(found);
    return findings(found.length === 0 ? make('p', { class: 'good' }, say('noFaults'))
      : [make('p', { class: 'bad' }, say('faultCount', found.length)), make('ul', { class: 'faults' }, found.map(told))]);
  };

  const show = (at) => {
    const text = draft.text(open);
    fill(title, make('code', {}, open));
    paper.open(text ?? '', open, text === null);
    if (at) paper.goTo(Number(at));
    renew();
    void look();
  };

  const choose = (name) => {
    open = name;
    // Where one is, should the view be shown again.
    window.history.replaceState(null, '', `#change=${encodeURIComponent(name)}`);
    show();
    title.setAttribute('tabindex', '-1');
    title.focus();
  };

  const entry = ({ name }) => make('li', {}, make('button', {
    type: 'button', class: 'link', 'aria-current': name === open ? 'true' : null, onclick: () => choose(name),
  }, make('span', {}, name.split('/').at(-1)), draft.standing(name) !== 'same' && make('small', { class: 'mark' }, say(`file_${draft.standing(name)}`))));

  const tidy = make('button', {
    type: 'button', class: 'plain',
    onclick: async () => {
      const text = await layOut(draft.text(open)).catch(() => null);
      if (text === null) return tell(say('cannotLayOut'));
      if (text === draft.text(open)) return tell(say('isLaidOut'));
      paper.replace(text);
      return tell(say('laidOut'));
    },
  }, say('layOut'));
  const undo = make('button', { type: 'button', class: 'plain', onclick: () => { if (confirm(say('giveUpSure', open))) { draft.forget(open); show(); } } }, say('giveUp'));
  const remove = make('button', { type: 'button', class: 'plain', onclick: () => { if (confirm(say('removeSure', open))) { draft.write(open, null); show(); } } }, say('removeFile'));
  const add = make('button', { type: 'button', class: 'plain', onclick: async () => { const name = await newFile(); if (name) choose(name); } }, say('newFile'));

  // While a file has the keyboard, the list is renewed around it, not under it.
  let listed = '';
  const renew = () => {
    if (!draft.files().some((file) => file.name === open)) { open = draft.files()[0]?.name ?? ''; show(); return; }
    const now = JSON.stringify([open, draft.files().map(({ name }) => [name, draft.standing(name)])]);
    undo.disabled = draft.standing(open) === 'same';
    remove.disabled = draft.text(open) === null || kindOf() === 'SCHEMA';
    tidy.disabled = !/\.cedar$/.test(open) || draft.text(open) === null;
    if (now === listed) return;
    listed = now;
    fill(list, KINDS.map((kind) => {
      const some = draft.files().filter((file) => file.kind === kind);
      return some.length > 0 && [make('h3', {}, say(`kind_${kind}`)), make('ul', {}, some.map(entry))];
    }), make('p', {}, add));
  };

  const element = make('div', { class: 'desk' }, list, make('div', { class: 'paper' },
    make('div', { class: 'bar' }, title, make('div', { class: 'buttons', role: 'group', 'aria-label': say('thisFile') }, tidy, undo, remove)),
    paper.host, faults, make('p', { class: 'hint' }, say('editorHint'))));
  return {
    element,
    renew,
    begin: () => show(line),
    end: () => { clearTimeout(timer); round += 1; paper.destroy(); },
  };
};
