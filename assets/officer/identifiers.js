// How records are named: the graph's identifiers, and what a person writes instead.

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** `Volunteer` and a uuid as the graph names the row. */
const encode = (type, uuid) => btoa(`${type}:${uuid.replaceAll('-', '').toLowerCase()}`)
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** What was written as an identifier: `Volunteer:<uuid>`, the bare uuid of an `assumed` type, or itself. */
export const identifier = (written, assumed) => {
  const text = written.trim();
  const [type, uuid] = text.split(':');
  if (uuid && UUID.test(uuid)) return encode(type, uuid);
  if (assumed && UUID.test(text)) return encode(assumed, text);
  return text;
};

/** The type of the row that an identifier names, if it can be read. */
export const typeOf = (written) => {
  try {
    const plain = atob(identifier(written).replaceAll('-', '+').replaceAll('_', '/'));
    return /^([A-Z]\w*):/.exec(plain)?.[1] ?? null;
  } catch {
    return null;
  }
};
