// The YAML editor: CodeMirror 6 as a form-associated custom element. Loaded on YAML tabs only.
//
//   <yaml-editor name="yaml" aria-label="Agent, as YAML"><textarea>kind: Agent…</textarea></yaml-editor>
//
// The <textarea> is the content without JavaScript and the initial value with it. Attributes: `name`, `readonly`.
// Properties: `value`, `readOnly`. Events: `input` while typing, `change` when the focus leaves a changed text.
// Methods: `setDiagnostics([{ line, message, severity? }])` (lines count from 1), `goToLine(line)`, `focus()`.
import { EditorState, Compartment } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { setDiagnostics } from "@codemirror/lint";
import { extensions, locked } from "./extensions.js";
import { appearance } from "./theme.js";

class YamlEditor extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ["readonly", "value"];

  #internals = this.attachInternals();
  #lock = new Compartment();
  #view = null;
  #initial = "";
  #committed = "";
  #disabled = false;

  connectedCallback() {
    if (this.#view) return;
    const source = this.querySelector("textarea");
    this.#initial = this.#committed = source?.value ?? this.getAttribute("value") ?? "";
    if (source) {
      // Without its name it is not submitted a second time; without its place in the page nobody tabs into it.
      if (source.name && !this.hasAttribute("name")) this.setAttribute("name", source.name);
      source.removeAttribute("name");
      source.hidden = true;
    }
    this.#view = new EditorView({
      parent: this,
      state: EditorState.create({
        doc: this.#initial,
        extensions: [
          extensions(),
          appearance,
          this.#lock.of(locked(this.readOnly)),
          // The style element that CodeMirror writes carries the page's nonce, so that the CSP lets it through.
          EditorView.cspNonce.of(this.nonce || document.querySelector("script[nonce]")?.nonce || ""),
          EditorView.contentAttributes.of({
            "aria-label": this.getAttribute("aria-label") ?? source?.getAttribute("aria-label") ?? "YAML",
            "aria-description": "Tab indents. Press Escape, then Tab, to leave the editor.",
          }),
          EditorView.updateListener.of((update) => this.#updated(update)),
        ],
      }),
    });
    // The editable's own input events would reach the page with a target that has no value: ours replace them.
    this.#view.dom.addEventListener("input", (event) => event.stopPropagation());
    this.#internals.setFormValue(this.value);
  }

  disconnectedCallback() {
    this.#view?.destroy();
    this.#view = null;
  }

  attributeChangedCallback(name, _old, value) {
    if (name === "value") this.value = value ?? "";
    else this.#relock();
  }

  formResetCallback() {
    this.value = this.#initial;
  }

  formDisabledCallback(disabled) {
    this.#disabled = disabled;
    this.#relock();
  }

  get form() {
    return this.#internals.form;
  }

  get name() {
    return this.getAttribute("name") ?? "";
  }

  get readOnly() {
    return this.#disabled || this.hasAttribute("readonly");
  }

  set readOnly(on) {
    this.toggleAttribute("readonly", Boolean(on));
  }

  get value() {
    return this.#view ? this.#view.state.doc.toString() : (this.querySelector("textarea")?.value ?? "");
  }

  set value(text) {
    const view = this.#view;
    if (!view || text === this.value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    this.#committed = text;
  }

  setDiagnostics(list) {
    const view = this.#view;
    if (!view) return;
    const found = list.map(({ line, message, severity = "error" }) => {
      const at = view.state.doc.line(Math.min(Math.max(line || 1, 1), view.state.doc.lines));
      const indent = at.text.length - at.text.trimStart().length;
      return { from: at.from + indent, to: at.to, severity, message };
    });
    view.dispatch(setDiagnostics(view.state, found));
  }

  goToLine(line) {
    const view = this.#view;
    if (!view) return;
    const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
    view.focus();
  }

  focus() {
    this.#view?.focus();
  }

  #relock() {
    this.#view?.dispatch({ effects: this.#lock.reconfigure(locked(this.readOnly)) });
  }

  #updated(update) {
    if (update.docChanged) {
      this.#internals.setFormValue(update.state.doc.toString());
      // A value set by the page is not input: only a person's change speaks, as with <textarea>.
      const typed = update.transactions.some((t) => t.isUserEvent("input") || t.isUserEvent("delete") ||
        t.isUserEvent("move") || t.isUserEvent("undo") || t.isUserEvent("redo"));
      if (typed) this.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    if (update.focusChanged && !update.view.hasFocus && this.value !== this.#committed) {
      this.#committed = this.value;
      this.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}

if (!customElements.get("yaml-editor")) customElements.define("yaml-editor", YamlEditor);
