// What the editor can do, chosen one by one: CodeMirror's basicSetup brings half as much again.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";

export const extensions = () => [
  lineNumbers(),
  lintGutter(),
  foldGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of("  "),
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  search({ top: true }),
  yaml(),
  // Tab indents; CodeMirror itself lets the next Tab leave for two seconds after Escape.
  keymap.of([
    ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap,
    indentWithTab,
  ]),
];

// A read-only text stays focusable, so that it can be scrolled, searched and copied with the keyboard.
export const locked = (on) => [EditorState.readOnly.of(on), EditorView.editorAttributes.of(on ? { class: "is-locked" } : {})];
