// The look, from the interface's own tokens: it follows the theme without being told.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const base = EditorView.theme({
  "&": { backgroundColor: "var(--c-surface)", color: "var(--c-text)", fontSize: "var(--t-sm)", maxHeight: "inherit" },
  "&.cm-focused": { outline: "2px solid var(--c-focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.25rem", overflow: "auto" },
  ".cm-content": { caretColor: "var(--c-text)", padding: ".5rem 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--c-text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection":
    { backgroundColor: "var(--c-accent-soft)" },
  ".cm-gutters": { backgroundColor: "var(--c-sunken)", color: "var(--c-text-3)", borderRight: "1px solid var(--c-line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--c-hover) 55%, transparent)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--c-mark)" },
  ".cm-searchMatch": { backgroundColor: "var(--c-mark)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--c-sunken)", borderColor: "var(--c-line)", color: "var(--c-text-3)" },
  ".cm-panels": { backgroundColor: "var(--c-sunken)", color: "var(--c-text)", borderColor: "var(--c-line)" },
  ".cm-textfield": { backgroundColor: "var(--c-surface)", borderColor: "var(--c-line-control)", borderRadius: "var(--r-1)" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--c-surface)", borderColor: "var(--c-line-control)", borderRadius: "var(--r-1)" },
  ".cm-tooltip": { backgroundColor: "var(--c-raised)", color: "var(--c-text)", borderColor: "var(--c-line)", boxShadow: "var(--e-2)" },
  ".cm-diagnostic": { fontFamily: "var(--font-ui)", fontSize: "var(--t-sm)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--c-failed-solid)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--c-waiting-solid)" },
  ".cm-lintRange-error": { backgroundImage: "none", backgroundColor: "var(--c-failed-bg)", boxShadow: "inset 0 -2px 0 var(--c-failed-solid)" },
  ".cm-lintRange-warning": { backgroundImage: "none", backgroundColor: "var(--c-waiting-bg)", boxShadow: "inset 0 -2px 0 var(--c-waiting-solid)" },
});

const syntax = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.labelName], color: "var(--c-syn-key)" },
  { tag: [tags.string, tags.special(tags.string), tags.content, tags.attributeValue], color: "var(--c-syn-str)" },
  { tag: [tags.number, tags.bool, tags.null, tags.typeName, tags.keyword], color: "var(--c-syn-num)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--c-syn-com)", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace, tags.meta], color: "var(--c-text-3)" },
]);

export const appearance = [base, syntaxHighlighting(syntax)];
