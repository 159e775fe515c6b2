/**
 * Typing into the monthly grid: keys, saving cell by cell, and what happens when saving does not go well.
 * The server reads every figure; the browser never computes with them. Without this script the grid is a plain form.
 */
import { clear, whisper } from "./live.js";
import { Cell } from "./grid-cell.js";
import { Notices } from "./grid-notices.js";
import { Panel, keepInSight } from "./grid-panel.js";
import { Paste } from "./grid-paste.js";
import { send } from "./grid-send.js";
import { Store } from "./grid-store.js";

class Grid {
  constructor(form) {
    this.form = form;
    this.texts = form.dataset;
    this.person = Number(form.dataset.person);
    this.store = new Store(form.dataset.store);
    this.cells = new Map();
    this.queue = [];
    this.stateLine = document.getElementById("grid-state");
    this.panel = new Panel(form, {
      retry: () => this.retry(),
      discard: () => this.discard(),
      leaving: () => (this.mayLeave = true),
    });
    this.notices = new Notices(form);
    keepInSight(form.querySelector(".grid-dock"));
    this.inputs = [...form.querySelectorAll("td.cell > input[type=text]")];
    for (const input of this.inputs) {
      this.cells.set(input.name, new Cell(this, input.name, input));
      // the way to the rows is Alt + Enter; Tab goes from figure to figure
      input.parentElement.querySelector("a.rows").tabIndex = -1;
    }
    this.lines = [...new Set(this.inputs.map((input) => Number(input.dataset.line)))];
    this.months = [...form.querySelectorAll("thead th[data-month]")].map((head) => head.dataset.month);
    this.paste = new Paste(this);
    this.listen();
    this.offerKept();
    this.showFirst();
  }

  /** On a narrow screen the months that take figures may be out of sight: bring the first one in. */
  showFirst() {
    const region = this.form.querySelector(".table-scroll");
    const cell = this.inputs[0]?.closest("td");
    if (!cell) return;
    const hidden = cell.getBoundingClientRect().right - region.getBoundingClientRect().right;
    if (hidden > 0) region.scrollLeft += hidden + 8;
  }

  cell(name) {
    if (!this.cells.has(name)) this.cells.set(name, new Cell(this, name));
    return this.cells.get(name);
  }

  listen() {
    const inputOf = (event) => (event.target.matches?.("td.cell > input[type=text]") ? this.cell(event.target.name) : null);
    const on = (type, act) =>
      this.form.addEventListener(type, (event) => {
        const cell = inputOf(event);
        if (cell) act(cell, event);
      });
    on("focusin", (cell) => cell.input.select());
    on("focusout", (cell) => this.commit(cell));
    on("input", (cell) => cell.typed());
    on("keydown", (cell, event) => this.key(cell, event));
    on("paste", (cell, event) => this.paste.take(event, cell));
    on("mousedown", (cell, event) => {
      if (document.activeElement === cell.input) return;
      event.preventDefault();
      cell.input.focus();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.retry();
    });
    addEventListener("online", () => this.panel.waiting && this.retry());
    addEventListener("beforeunload", (event) => {
      if (!this.mayLeave && this.waiting().length) event.preventDefault();
    });
    addEventListener("pageshow", () => (this.mayLeave = false));
  }

  // --- keys

  key(cell, event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const { input } = cell;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const moves = {
      Enter: () => (event.altKey ? this.open(cell) : this.move(cell, 0, event.shiftKey ? -1 : 1)),
      ArrowDown: () => this.move(cell, 0, 1),
      ArrowUp: () => this.move(cell, 0, -1),
      ArrowLeft: whole || input.selectionEnd === 0 ? () => this.move(cell, -1, 0) : null,
      ArrowRight: whole || input.selectionStart === input.value.length ? () => this.move(cell, 1, 0) : null,
      Escape: () => this.undo(cell),
      F2: () => input.setSelectionRange(input.value.length, input.value.length),
      F8: () => this.panel.focus(cell.name),
    };
    const act = moves[event.key];
    if (!act || (event.altKey && event.key !== "Enter") || (event.shiftKey && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    act();
  }

  move(cell, across, down) {
    const { line, month } = cell.input.dataset;
    const row = this.lines.indexOf(Number(line));
    let column = this.months.indexOf(month);
    let next = null;
    do {
      column += across;
      next = this.cells.get(`c-${this.lines[row + down]}-${this.months[column]}`)?.input ?? null;
    } while (across && !next && this.months[column]);
    if (next) next.focus();
    else this.commit(cell);
  }

  open(cell) {
    const link = cell.box.querySelector("a.rows:not([hidden])");
    if (link) link.click();
  }

  undo(cell) {
    if (cell.state === "saving") return;
    if (cell.theirs) cell.accept(cell.theirs);
    cell.theirs = null;
    cell.restore();
    cell.settle("");
    cell.input.select();
  }

  linesFrom(cell) {
    return this.lines.slice(this.lines.indexOf(Number(cell.input.dataset.line)));
  }

  monthsFrom(cell) {
    return this.months.slice(this.months.indexOf(cell.input.dataset.month));
  }

  // --- saving

  commit(cell) {
    if (cell.state === "unsaved" && !this.queue.includes(cell)) this.enqueue([cell]);
  }

  enqueue(cells) {
    this.queue.push(...cells);
    this.working ??= this.work().finally(() => (this.working = null));
  }

  async work() {
    while (this.queue.length) {
      const cell = this.queue.shift();
      const { kind, data } = await send(this.texts.cellsUrl, cell.question());
      if (kind === "ok") this.saved(cell, data);
      else if (kind === "refused") this.refused(cell, data);
      else {
        if (cell.state === "saving") cell.mark("offline");
        this.lost(kind, data);
        return;
      }
    }
  }

  saved(cell, data) {
    clear();
    this.panel.refresh({ signedOut: false });
    cell.accept(data.saved[0]);
    this.applyFigures(data.figures);
    if (data.saved[0].unchanged) return;
    this.say(`${cell.label}: ${data.saved[0].spoken}. ${this.texts.textSaved}.`);
    this.notices.renew([cell.name], data.notices);
  }

  refused(cell, data) {
    if (data.figures) this.applyFigures(data.figures);
    // typed again meanwhile: what was refused is not there any more
    if (cell.state === "unsaved") return;
    cell.key = null;
    const again = { label: this.texts.textAgain, act: () => this.again(cell) };
    if (data.code === "conflict") return this.conflict(cell, data);
    const error = data.errors?.[0];
    const readings = (error?.readings ?? []).map((reading) => ({
      label: reading.label,
      primary: true,
      act: () => this.choose(cell, reading.text, cell.seen),
    }));
    const said = error?.message ?? data.message;
    cell.mark("refused");
    const old = { label: this.texts.textRestore, act: () => this.giveUp(cell) };
    this.panel.show(cell.name, `${cell.label}: ${said}`, [...readings, ...(cell.input ? [again] : []), old], this.typedLine(cell));
    whisper(`${cell.label}: ${said}`);
  }

  typedLine(cell) {
    return cell.input ? [] : [`${this.texts.textTyped} ${cell.text}`];
  }

  conflict(cell, { message, clashes }) {
    const clash = clashes[0];
    cell.theirs = { text: clash.theirs_text, seen: clash.theirs_seen, unchanged: false };
    cell.mark("conflict");
    this.panel.show(cell.name, `${cell.label}: ${message}`, [
      { label: `${this.texts.textTheirs} ${clash.theirs}`, act: () => this.giveUp(cell) },
      { label: `${this.texts.textMine} ${clash.mine}`, act: () => this.choose(cell, clash.mine_text, clash.theirs_seen) },
    ]);
    whisper(`${cell.label}: ${message}`);
  }

  choose(cell, text, seen) {
    Object.assign(cell, { text, seen, theirs: null, key: null });
    if (cell.input) cell.input.value = text;
    this.leavePanel([cell]);
    this.panel.remove(cell.name);
    this.enqueue([cell]);
  }

  giveUp(cell) {
    clear();
    this.leavePanel([cell]);
    this.panel.remove(cell.name);
    if (cell.input) this.undo(cell);
    else cell.settle("");
  }

  /** The focus does not fall away with the button that had it: it goes to the first of these cells on the page. */
  leavePanel(cells) {
    if (!this.panel.element.contains(document.activeElement)) return;
    const next = cells.find((cell) => cell.input)?.input ?? this.form.querySelector("button[type=submit]");
    next.focus();
  }

  again(cell) {
    cell.input.focus();
  }

  applyFigures(figures) {
    for (const [key, text] of Object.entries(figures)) {
      const figure = this.form.querySelector(`[data-figure="${key}"]`);
      if (!figure) continue;
      figure.textContent = text;
      const column = figure.closest("td").dataset.column;
      const over = column === "uncovered" ? text !== "" : column === "remaining" && text.startsWith("−");
      figure.closest("td").classList.toggle("over", over);
      if (column !== "uncovered") continue;
      figure.closest("tr").classList.toggle("over", over);
      figure.closest("td").querySelector(".over-mark").toggleAttribute("hidden", !over);
    }
  }

  // --- when the session is lost or the server away

  waiting() {
    return [...this.cells.values()].filter((cell) => cell.isWaiting);
  }

  lost(kind, data) {
    const said = kind === "signed_out" ? (data.message ?? this.texts.textSignedOut) : this.texts.textAway;
    for (const cell of this.queue.splice(0)) cell.mark("offline");
    this.showKept(said);
    this.panel.refresh({ waiting: true, signedOut: kind === "signed_out" });
    whisper(said);
  }

  showKept(said) {
    for (const cell of this.waiting()) {
      if (cell.state === "offline") this.panel.show(cell.name, `${cell.label}: ${this.texts.textTyped} ${cell.text}`);
    }
    this.panel.show("why", said);
    this.panel.list.prepend(this.panel.items.get("why"));
  }

  retry() {
    const waiting = this.waiting().filter((cell) => ["unsaved", "offline", "refused"].includes(cell.state));
    clear();
    this.leavePanel(waiting);
    this.panel.remove("why");
    this.panel.refresh({ waiting: false, signedOut: false });
    waiting.forEach((cell) => this.panel.remove(cell.name));
    this.enqueue(waiting.filter((cell) => !this.queue.includes(cell)));
  }

  discard() {
    clear();
    this.leavePanel(this.waiting());
    this.panel.remove("why");
    this.panel.refresh({ waiting: false, signedOut: false });
    for (const cell of this.waiting()) this.giveUp(cell);
  }

  offerKept() {
    for (const [name, entry] of [...this.store.entries]) {
      const cell = this.cell(name);
      if (cell.input && entry.text.trim() === cell.shown.trim()) this.store.delete(name);
      else cell.keep(entry.text, entry.seen, entry);
    }
    if (!this.store.size) return;
    this.showKept(this.texts.textFound);
    this.panel.refresh({ waiting: true });
  }

  // --- words

  wordFor(state) {
    const { textUnsaved, textSaving, textSaved, textRefused, textConflict, textOffline } = this.texts;
    return {
      unsaved: textUnsaved,
      saving: textSaving,
      saved: textSaved,
      refused: textRefused,
      conflict: textConflict,
      offline: textOffline,
    }[state];
  }

  say(text) {
    this.said = text;
    this.report();
  }

  /** The line under the grid: how much is not saved, and what happened last. */
  report() {
    if (!this.stateLine || !this.cells) return;
    const count = this.waiting().length;
    this.stateLine.dataset.waiting = count;
    const text = [count ? `${this.texts.textSomeUnsaved} ${count}` : "", this.said ?? ""].filter(Boolean).join(" · ");
    // the same again is not read out again
    if (this.stateLine.textContent !== text) this.stateLine.textContent = text;
  }
}

const form = document.getElementById("grid");
if (form) new Grid(form);
