// The page's language, and what it says in it.

import { chinese } from '/officer/chinese.js';
import { english } from '/officer/english.js';

const TABLES = { en: english, 'zh-Hant-HK': chinese };

const wanted = () => (navigator.languages ?? [navigator.language])
  .find((code) => /^(?:en|zh)/i.test(code)) ?? 'en';

let spoken = /^zh/i.test(wanted()) ? 'zh-Hant-HK' : 'en';

/** The language as `lang` takes it: `en` or `zh-Hant-HK`. */
export const language = () => spoken;

export const speak = (code) => { spoken = code; };

/** What the page says; `{0}` is the first of what is given, and `{0|one|many}` goes by its number. */
export const say = (key, ...given) => {
  const text = TABLES[spoken][key] ?? key;
  return text
    .replaceAll(/\{(\d)\|([^|}]*)\|([^}]*)\}/g, (_, at, one, many) => (Number(given[at]) === 1 ? one : many))
    .replaceAll(/\{(\d)\}/g, (_, at) => String(given[at]));
};

/** One of two sentences. */
export const two = (inEnglish, inChinese) => (spoken === 'en' ? inEnglish : inChinese);

/** The server's sentence in the page's language. */
export const of = (told) => two(told.english, told.chinese);

const word = (prefix, name) => TABLES[spoken][prefix + name] ?? name;

/** A type of the schema, as people say it. */
export const typeWord = (name) => word('type_', name);

/** A viewer of the matrix, as people say it; somebody who was named stays as named. */
export const roleWord = (name) => word('role_', name);
