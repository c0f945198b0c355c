// Asks Cedar, which works beside the page.

let worker = null;
let last = 0;
const waiting = new Map();

const begun = () => {
  if (worker) return worker;
  worker = new Worker('/officer/cedar-worker.js', { type: 'module' });
  worker.onmessage = ({ data: { id, answer, failed } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (failed === undefined) resolve(answer);
    else reject(new Error(failed));
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message));
    waiting.clear();
  };
  return worker;
};

const ask = (deed, asked) => new Promise((resolve, reject) => {
  last += 1;
  waiting.set(last, { resolve, reject });
  begun().postMessage({ id: last, deed, asked });
});

/** Lets Cedar load before it is needed. */
export const prepare = () => void begun();

/** The faults of a file: `{ severity, message, hint, from, to }`, counted in characters. */
export const check = (asked) => ask('check', asked);

/** The file laid out; null where it cannot be read. */
export const layOut = (text) => ask('layOut', { text });
