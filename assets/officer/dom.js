// Elements of the page. Text goes in as text, never as markup.

const PROPERTIES = new Set(['value', 'checked', 'disabled', 'selected', 'open', 'hidden', 'readOnly']);

/** An element with these attributes, listeners (`onclick`) and children; nothing comes of null and false. */
export const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  const late = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (PROPERTIES.has(key)) late.push(() => { element[key] = value; });
    else if (value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0 || child === ''));
  // A list has its choice only when it has its options.
  for (const set of late) set();
  return element;
};

/** Words for screen readers alone. */
export const unseen = (text) => make('span', { class: 'unseen' }, text);

/** Puts these children in the place of those that are there. */
export const fill = (parent, ...children) =>
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child || child === 0));

let count = 0;
/** A name for an element that no other has. */
export const unique = (name) => `${name}-${(count += 1)}`;

/** A field with its label above it. */
export const labelled = (words, field, hint) => {
  field.id ||= unique('field');
  const told = hint && make('small', { id: unique('hint') }, hint);
  if (told) field.setAttribute('aria-describedby', told.id);
  return make('div', { class: 'labelled' }, make('label', { for: field.id }, words), field, told);
};

/** Opens a dialog; the promise holds what was chosen, or null. `body` is called with what chooses. */
export const dialog = (title, body) => new Promise((resolve) => {
  let chosen = null;
  const heading = make('h2', { id: unique('dialog') }, title);
  const element = make('dialog', { 'aria-labelledby': heading.id }, heading);
  const choose = (value) => { chosen = value; element.close(); };
  element.append(...[body(choose)].flat(Infinity));
  element.addEventListener('close', () => { element.remove(); resolve(chosen); });
  document.body.append(element);
  element.showModal();
});
