// What the page takes of CodeMirror.

export { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
export { StreamLanguage, bracketMatching, syntaxHighlighting } from '@codemirror/language';
export { lintGutter, setDiagnostics } from '@codemirror/lint';
export { search, searchKeymap } from '@codemirror/search';
export { EditorState } from '@codemirror/state';
export { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
export { classHighlighter } from '@lezer/highlight';
