// What Cedar says is wrong, in the officer's words.

import { language, two } from '/officer/words.js';

/** Cedar's sentence, and ours in English and Chinese; `$1` is the first part in brackets. */
const SENTENCES = [
  [/unexpected end of input/, 'The rule is not finished: something is missing at the end.', '規則尚未完成：結尾欠缺內容。'],
  [/unexpected token `([^`]*)`/, '“$1” cannot stand here; look just before it for something missing.', '此處不可出現「$1」；請看前面是否遺漏了甚麼。'],
  [/invalid token/, 'A character cannot stand here.', '此處有不能使用的字符。'],
  [/unrecognized action `Action::"([^"]*)"`/, 'There is no action or group “$1”.', '沒有名為「$1」的動作或組別。'],
  [/unrecognized entity type `([^`]*)`/, 'There is no type “$1”.', '沒有名為「$1」的類別。'],
  [/attribute `([^`]*)` on entity type `([^`]*)` not found/, '“$2” has no “$1”.', '「$2」沒有「$1」。'],
  [/unable to guarantee safety of access to optional attribute `([^`]*)`/, '“$1” may be missing: ask first whether the record has it.', '「$1」可能不存在：請先以 has 查問紀錄有否此項。'],
  [/unable to find an applicable action/, 'This rule can never apply: no such action is done by such a viewer to such a record.', '此規則永不適用：這類檢視者不會對這類紀錄作此動作。'],
  [/policy is impossible/, 'This rule can never apply.', '此規則永不適用。'],
  [/unexpected type: expected (.+?) but saw (.+)/, 'This is of the wrong kind: $1 is needed here, not $2.', '類型不符：此處需要 $1，而非 $2。'],
  [/^no @id$/, 'The rule has no id: write @id("who-does-what") above it.', '規則沒有編號：請在上方寫 @id("…")。'],
  [/^no @en$/, 'The rule has no English sentence: write @en("…") above it.', '規則沒有英文句子：請在上方寫 @en("…")。'],
  [/^no @zh$/, 'The rule has no Chinese sentence: write @zh("…") above it.', '規則沒有中文句子：請在上方寫 @zh("…")。'],
  [/^id taken `([^`]*)`/, 'Another rule has the id “$1” already.', '已有另一條規則使用編號「$1」。'],
  [/^the schema cannot be read$/, 'The schema cannot be read, so only the form was checked.', '結構檔無法讀取，因此只檢查了格式。'],
];

const HINTS = [
  [/did you mean `(?:Action::")?([^`"]*)"?`\?/, 'Did you mean “$1”?', '是否指「$1」？'],
  [/expected (.+)/, 'Expected here: $1.', '此處可以是：$1。'],
];

const put = (table, text) => {
  for (const [pattern, english, chinese] of table) {
    const found = text.match(pattern);
    if (found) {
      const sentence = language() === 'en' ? english : chinese;
      return sentence.replaceAll(/\$(\d)/g, (_, at) => found[at]);
    }
  }
  return null;
};

/** A fault of Cedar's in words. */
export const inWords = ({ message, hint }) => {
  const plain = message.replace(/^for policy `[^`]*`, /, '').replace(/^failed to parse [^:]*: /, '');
  const sentence = put(SENTENCES, plain) ?? two(plain, `Cedar：${plain}`);
  // A long list of what could stand here helps nobody.
  const few = hint.filter((each) => each.length < 60);
  const hints = few.map((each) => put(HINTS, each)).filter(Boolean);
  return [sentence, ...hints].join(language() === 'en' ? ' ' : '');
};

/** The line of a place in a text, from 1. */
export const lineOf = (text, at) => text.slice(0, at).split('\n').length;

/** The id of the rule that stands at a place. */
export const ruleAt = (text, at) =>
  [...text.slice(0, at + 1).matchAll(/@id\("([^"]*)"\)/g)].at(-1)?.[1] ?? null;
