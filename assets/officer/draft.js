// The officer's changes to the set in force, in memory, until they are published or given up.

let base = null;
const edited = new Map();
let edition = 0;
const told = new Set();

const changed = () => {
  edition += 1;
  for (const listener of told) listener();
};

/** Starts from a set; the changes made so far stay. */
export const startFrom = (set) => {
  base = set;
  for (const [name, text] of edited) if (original(name) === text) edited.delete(name);
  changed();
};

/** The set that the changes are made to. */
export const startedFrom = () => base;

const kindOf = (name) => {
  if (name.endsWith('.cedarschema')) return 'SCHEMA';
  if (name.startsWith('scenarios/')) return 'SCENARIOS';
  return name.startsWith('invariants/') ? 'INVARIANTS' : 'POLICIES';
};

/** The text that a file has in the set one started from. */
export const original = (name) => base?.files.find((file) => file.name === name)?.text ?? null;

/** The text that a file has now; null where it is removed or never was. */
export const text = (name) => (edited.has(name) ? edited.get(name) : original(name));

/** What has become of a file: `same`, `changed`, `new` or `removed`. */
export const standing = (name) => {
  if (!edited.has(name)) return 'same';
  if (edited.get(name) === null) return 'removed';
  return original(name) === null ? 'new' : 'changed';
};

/** All files, those that were removed as well. The certificate is the prover's, not the officer's. */
export const files = () => {
  const names = new Set([...(base?.files ?? []).map((file) => file.name), ...edited.keys()]);
  const kinds = new Map((base?.files ?? []).map((file) => [file.name, file.kind]));
  return [...names].sort()
    .map((name) => ({ name, kind: kinds.get(name) ?? kindOf(name) }))
    .filter((file) => file.kind !== 'CERTIFICATE');
};

/** Gives a file this text; null removes it. */
export const write = (name, value) => {
  if (text(name) === value) return;
  if (original(name) === value) edited.delete(name);
  else edited.set(name, value);
  changed();
};

/** Gives up what was changed in one file, or in all of them. */
export const forget = (name) => {
  if (name === undefined) edited.clear();
  else edited.delete(name);
  changed();
};

/** Whether anything is changed. */
export const any = () => edited.size > 0;

/** The names of the files that are changed. */
export const names = () => [...edited.keys()].sort();

/** A number that another state of the draft never has. */
export const stamp = () => edition;

/** The changes as the server takes them. */
export const changes = () => ({
  base: base.version,
  baseSet: base.number,
  files: names().map((name) => ({ name, text: edited.get(name) })),
});

/** Tells the listener of every change, until what this gives back is called. */
export const onChange = (listener) => {
  told.add(listener);
  return () => told.delete(listener);
};
