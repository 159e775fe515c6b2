/**
 * One cell of the grid: what it showed, what was typed, and how far it is on its way to the ledger.
 * States: "" (nothing typed), unsaved, saving, saved, refused, conflict, offline.
 * A cell that is typed but not on this page (another month is shown, or the month was closed) has no input.
 */
import { newKey } from "./grid-send.js";

export class Cell {
  constructor(grid, name, input = null) {
    this.grid = grid;
    this.name = name;
    this.input = input;
    this.box = input?.closest("td");
    this.label = input?.getAttribute("aria-label") ?? name;
    this.shown = input?.defaultValue ?? "";
    this.seen = input?.dataset.seen ?? "0.00";
    this.text = input?.value ?? "";
    this.state = "";
    this.key = null;
  }

  get isWaiting() {
    return !["", "saved"].includes(this.state);
  }

  /** The person typed. */
  typed() {
    this.text = this.input.value;
    this.key = null;
    if (this.text.trim() === this.shown.trim() && this.state !== "conflict") this.settle("");
    else {
      this.store();
      this.mark("unsaved");
    }
  }

  store() {
    this.grid.store.set(this.name, { text: this.text, seen: this.seen, label: this.label, key: this.key });
  }

  /** Put a figure into the cell that is not saved, and keep it. */
  keep(text, seen, { label = this.label, key = null } = {}) {
    Object.assign(this, { text, seen, label, key });
    if (this.input) this.input.value = text;
    this.store();
    this.mark("offline");
  }

  /** What the server is asked; the same key while the figure stays the same, so that it is booked once. */
  question() {
    this.key ??= newKey();
    this.store();
    this.mark("saving");
    return { key: this.key, person: this.grid.person, cells: [{ cell: this.name, seen: this.seen, text: this.text }] };
  }

  /** The server has the figure. */
  accept({ text, seen, unchanged }) {
    this.seen = seen;
    if (!unchanged) this.shown = text;
    const hidden = this.input?.nextElementSibling;
    if (hidden) hidden.value = seen;
    if (!unchanged) this.box?.querySelector("a.rows")?.removeAttribute("hidden");
    // typed again while the answer was on its way
    if (this.input && this.state === "unsaved") {
      this.key = null;
      this.store();
      return;
    }
    this.restore();
    this.settle(unchanged ? "" : "saved");
  }

  /** Show again what the ledger holds. */
  restore() {
    this.text = this.shown;
    if (!this.input) return;
    this.input.value = this.shown;
    if (document.activeElement === this.input) this.input.select();
  }

  settle(state) {
    this.key = null;
    this.grid.store.delete(this.name);
    this.grid.panel.remove(this.name);
    this.mark(state);
  }

  /** Show the state by sign, colour and word. */
  mark(state) {
    this.state = state;
    if (this.box) {
      const wrong = state === "refused" || state === "conflict";
      if (state) this.box.dataset.state = state;
      else delete this.box.dataset.state;
      this.input.toggleAttribute("aria-invalid", false);
      if (wrong) this.input.setAttribute("aria-invalid", "true");
      this.describe(state ? this.grid.wordFor(state) : "");
    }
    this.grid.report();
  }

  describe(word) {
    const id = `state-${this.name}`;
    let note = document.getElementById(id);
    if (!word) {
      note?.remove();
      this.input.removeAttribute("aria-describedby");
      return;
    }
    if (!note) {
      note = document.createElement("span");
      note.id = id;
      note.className = "sr-only";
      this.box.append(note);
    }
    note.textContent = word;
    this.input.setAttribute("aria-describedby", id);
  }
}
