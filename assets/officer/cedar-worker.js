// Cedar itself, beside the page, so that typing never waits for it: checks a file and lays it out.

import start, * as cedar from '/officer/cedar-4.13.0.js';

const ready = start({ module_or_path: '/officer/cedar-4.13.0.wasm' });

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Cedar counts bytes, and the editor counts what JavaScript counts. */
const places = (text) => {
  const bytes = encoder.encode(text);
  return (at) => decoder.decode(bytes.subarray(0, at)).length;
};

const found = (text, severity, errors) => {
  const place = places(text);
  return errors.map(({ message, help, sourceLocations }) => {
    const [at] = sourceLocations ?? [];
    return {
      severity,
      message,
      hint: [help, at?.label].filter(Boolean),
      from: at ? place(at.start) : 0,
      to: at ? place(at.end) : 0,
    };
  });
};

/** The annotations of each policy, and where the policy begins. */
const names = (text) => {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type !== 'success') return [];
  return parts.policies.map((part) => {
    const answer = cedar.policyToJson(part);
    return { part, from: text.indexOf(part), annotations: answer.json?.annotations ?? {} };
  });
};

/** A promise about something that the schema has not yet (`@once`) waits, and is not looked at. */
const withoutWaiting = (text, schema) => {
  const waits = ({ annotations: { once } }) => once && !schema.includes(`"${once}"`);
  const blank = (part) => ' '.repeat(encoder.encode(part).length);
  return names(text).filter(waits).reduce((rest, { part }) => rest.replace(part, () => blank(part)), text);
};

const policies = (text, schema) => {
  const answer = cedar.validate({
    validationSettings: { mode: 'strict' },
    schema,
    policies: { staticPolicies: withoutWaiting(text, schema) },
  });
  if (answer.type === 'failure') return found(text, 'error', answer.errors);
  const errors = answer.validationErrors.map(({ error }) => error);
  const warnings = answer.validationWarnings.map(({ error }) => error);
  return [...found(text, 'error', errors), ...found(text, 'warning', warnings)];
};

/** A policy has an id of its own and a sentence in both languages. `taken` are the ids of other files. */
const named = (text, taken) => {
  const known = new Set(taken);
  const faults = [];
  for (const { from, annotations } of names(text).sort((a, b) => a.from - b.from)) {
    const fault = (message) => faults.push({ severity: 'error', message, hint: [], from, to: from });
    for (const name of ['id', 'en', 'zh']) if (!annotations[name]) fault(`no @${name}`);
    if (known.has(annotations.id)) fault(`id taken \`${annotations.id}\``);
    known.add(annotations.id);
  }
  return faults;
};

const check = ({ kind, text, schema, taken }) => {
  if (kind === 'SCHEMA') {
    const answer = cedar.checkParseSchema(text);
    return answer.type === 'success' ? [] : found(text, 'error', answer.errors);
  }
  const parsed = cedar.checkParsePolicySet({ staticPolicies: text });
  if (parsed.type === 'failure') return found(text, 'error', parsed.errors);
  const unreadable = cedar.checkParseSchema(schema).type === 'failure';
  const faults = unreadable
    ? [{ severity: 'error', message: 'the schema cannot be read', hint: [], from: 0, to: 0 }]
    : policies(text, schema);
  return [...faults, ...named(text, taken)];
};

/** The comment at the head of a file speaks of all of it; Cedar would take it for the first policy's. */
const apart = (text) => {
  let end = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (!line.trim() && end > 0) return [text.slice(0, end), text.slice(end)];
    if (!line.trimStart().startsWith('//')) break;
    end += line.length;
  }
  return ['', text];
};

/** As `kaifong policy fmt` lays a file out; null where it cannot be read. */
const layOut = ({ text }) => {
  const [head, rest] = apart(text);
  const answer = cedar.formatPolicies({ policyText: rest, lineWidth: 80, indentWidth: 2 });
  if (answer.type === 'failure') return null;
  const parts = [head.trim(), answer.formatted_policy.trim()].filter(Boolean);
  return parts.length ? `${parts.join('\n\n')}\n` : '';
};

const deeds = { check, layOut };

self.onmessage = async ({ data: { id, deed, asked } }) => {
  try {
    await ready;
    self.postMessage({ id, answer: deeds[deed](asked) });
  } catch (error) {
    self.postMessage({ id, failed: String(error) });
  }
};
