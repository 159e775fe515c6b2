/** A block copied from a spreadsheet: the server reads it, the person sees what would change, then it is saved whole. */
import { clear, whisper } from "./live.js";
import { listSentences } from "./grid-notices.js";
import { newKey, send } from "./grid-send.js";

const BLOCK = "block";

export class Paste {
  constructor(grid) {
    this.grid = grid;
    this.dialog = document.getElementById("paste-dialog");
    this.dialog.querySelector("[data-confirm]").addEventListener("click", () => this.save());
    this.dialog.querySelector("[data-cancel]").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.anchor?.input.focus());
  }

  /** Take a paste event on a cell's input. One figure goes into the cell, more become a block. */
  take(event, cell) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const figure = text.replace(/(\r\n|\r|\n)$/, "");
    if (!/[\t\r\n]/.test(figure)) {
      if (figure === text) return;
      event.preventDefault();
      cell.input.setRangeText(figure, cell.input.selectionStart, cell.input.selectionEnd, "end");
      cell.input.dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    event.preventDefault();
    this.check(cell, text);
  }

  async check(cell, text) {
    const { grid } = this;
    this.anchor = cell;
    grid.panel.remove(BLOCK);
    grid.say(grid.texts.textChecking);
    const block = { text, lines: grid.linesFrom(cell), months: grid.monthsFrom(cell) };
    const { kind, data } = await send(grid.texts.cellsUrl, { person: grid.person, block });
    grid.say(kind === "ok" && !data.cells.length ? grid.texts.textNothing : "");
    if (kind === "ok") return data.cells.length ? this.show(data) : null;
    const later = { signed_out: grid.texts.textPasteLater, away: grid.texts.textPasteAway };
    const said = later[kind] ?? data.message;
    this.refuse(said, data.problems);
  }

  refuse(said, problems = []) {
    const dismiss = { label: this.grid.texts.textDismiss, act: () => this.dismiss() };
    this.grid.panel.show(BLOCK, said, [dismiss], problems);
    whisper(said);
  }

  dismiss() {
    clear();
    this.grid.panel.remove(BLOCK);
    this.anchor?.input.focus();
  }

  show({ cells, facts, notices, changes, unlisted }) {
    this.cells = cells;
    this.key = newKey();
    this.dialog.querySelector("dl").replaceChildren(
      ...facts.map(([name, value]) => {
        const pair = document.createElement("div");
        const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
        [dt.textContent, dd.textContent] = [name, value];
        pair.append(dt, dd);
        return pair;
      }),
    );
    this.dialog.querySelector("tbody").replaceChildren(
      ...changes.map((change) => {
        const row = document.createElement("tr");
        for (const [name, figure] of [["code"], ["month"], ["old", true], ["new", true]]) {
          const cell = document.createElement("td");
          if (figure) cell.className = "num";
          cell.textContent = change[name];
          row.append(cell);
        }
        return row;
      }),
    );
    const unusual = this.dialog.querySelector("[data-notices]");
    unusual.hidden = !notices.length;
    listSentences(unusual.querySelector("ul"), notices.map(({ text }) => text));
    const more = this.dialog.querySelector("[data-unlisted]");
    more.hidden = !unlisted;
    more.textContent = `${this.grid.texts.textMore} ${unlisted}`;
    this.dialog.showModal();
  }

  async save() {
    const { grid } = this;
    const confirm = this.dialog.querySelector("[data-confirm]");
    if (confirm.getAttribute("aria-busy") === "true") return;
    confirm.setAttribute("aria-busy", "true");
    const body = { key: this.key, person: grid.person, source: "paste", cells: this.cells };
    const { kind, data } = await send(grid.texts.cellsUrl, body);
    confirm.removeAttribute("aria-busy");
    this.dialog.close();
    if (kind === "ok") {
      data.saved.forEach((saved) => grid.cell(saved.cell).accept(saved));
      grid.applyFigures(data.figures);
      grid.notices.renew(data.saved.map((saved) => saved.cell), data.notices);
      grid.say(grid.texts.textBlockSaved);
    } else if (kind === "refused") {
      this.refuse(data.message);
    } else {
      // nothing is lost: the figures stay in their cells, not saved, and are offered again
      this.cells.forEach(({ cell, seen, text }) => grid.cell(cell).keep(text, seen));
      grid.lost(kind, data);
    }
    grid.report();
  }
}
