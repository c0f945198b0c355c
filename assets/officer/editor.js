// The editor of a file: CodeMirror in a shadow, where its styles need no leave of the page's policy.

import {
  EditorState, EditorView, StreamLanguage, bracketMatching, classHighlighter, defaultKeymap,
  highlightActiveLine, history, historyKeymap, keymap, lineNumbers, lintGutter, search, searchKeymap,
  setDiagnostics, syntaxHighlighting,
} from '/officer/codemirror-6.43.15.js';
import { make } from '/officer/dom.js';
import { language, say } from '/officer/words.js';

const KEYWORDS = /^(?:permit|forbid|when|unless|if|then|else|in|is|has|like|true|false|entity|action|type|enum|appliesTo|tags)\b/;
const PERSONS = /^(?:principal|action|resource|context)\b/;

/** Enough of Cedar, its schema and TOML to tell words from texts. */
const colours = StreamLanguage.define({
  startState: () => ({}),
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match('//') || (stream.sol() && stream.match('#'))) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string';
    if (stream.match(/^@\w+/)) return 'meta';
    if (stream.match(PERSONS)) return 'variableName';
    if (stream.match(KEYWORDS)) return 'keyword';
    if (stream.match(/^\[\[?[\w ]+\]\]?$/)) return 'heading';
    if (stream.match(/^[A-Z]\w*/)) return 'typeName';
    if (stream.match(/^\w+/)) return null;
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: '//' } },
});

/** What the search field of the editor says. */
const PHRASES = {
  Find: '尋找', Replace: '取代', next: '下一個', previous: '上一個', all: '全部', 'match case': '區分大小寫',
  regexp: '正則表達式', 'by word': '整個字詞', replace: '取代', 'replace all': '全部取代', close: '關閉',
  'Go to line': '前往行', go: '前往',
};

/** What is typed over a selection. The browser would dress it like what it takes the place of, with
    a style of its own, which the page's policy refuses. */
const typedOver = (event, view) => {
  const { inputType, data } = event;
  if (inputType !== 'insertText' || !data || view.composing || view.state.selection.main.empty) return false;
  if (view.state.readOnly) return false;
  view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
  event.preventDefault();
  return true;
};

/** An editor of one text; `changed` is told of each new one. */
export const editor = (changed) => {
  const host = make('div', { class: 'editor' });
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.append(make('link', { rel: 'stylesheet', href: '/officer/editor.css' }));
  let quiet = false;

  const state = (text, name, readOnly) => EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(), history(), bracketMatching(), highlightActiveLine(), lintGutter(), search({ top: true }),
      colours, syntaxHighlighting(classHighlighter),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
      EditorView.lineWrapping,
      EditorState.readOnly.of(readOnly),
      EditorView.contentAttributes.of({ 'aria-label': say('textOf', name), lang: 'en', spellcheck: 'false' }),
      language() === 'en' ? [] : EditorState.phrases.of(PHRASES),
      EditorView.domEventHandlers({ beforeinput: typedOver }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !quiet) changed(update.state.doc.toString());
      }),
    ],
  });
  const view = new EditorView({ root: shadow, parent: shadow, state: state('', '', true) });

  return {
    host,
    /** Shows another file. */
    open: (text, name, readOnly = false) => view.setState(state(text, name, readOnly)),
    /** Changes the text as one step that can be undone, and keeps the place. */
    replace(text) {
      const { doc, selection } = view.state;
      const line = Math.min(doc.lineAt(selection.main.head).number, text.split('\n').length);
      quiet = true;
      view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
      quiet = false;
      view.dispatch({ selection: { anchor: view.state.doc.line(line).from }, scrollIntoView: true });
      changed(text);
    },
    /** Marks the faults: `{ from, to, severity, words }`. */
    mark(faults) {
      const end = view.state.doc.length;
      view.dispatch(setDiagnostics(view.state, faults.map(({ from, to, severity, words }) => ({
        from: Math.min(from, end), to: Math.min(Math.max(from, to), end), severity, message: words,
      }))));
    },
    /** Goes to a line, from 1. */
    goTo(line) {
      const { doc } = view.state;
      const { from } = doc.line(Math.min(Math.max(1, line), doc.lines));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
};
