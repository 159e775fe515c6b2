/** What should be looked at once more among figures that are saved: sentences of the server, which block nothing. */
import { whisper } from "./live.js";

/** Fill a list with sentences. */
export function listSentences(list, sentences) {
  list.replaceChildren(...sentences.map((textContent) => Object.assign(document.createElement("li"), { textContent })));
}

export class Notices {
  constructor(form) {
    this.element = form.querySelector("#grid-notices");
    this.texts = new Map();
    this.element.querySelector("[data-close]").addEventListener("click", () => this.close(form));
  }

  /** After cells were saved: what was said about them and their lines goes, what is said now comes. */
  renew(cells, notices) {
    for (const name of cells) {
      this.texts.delete(name);
      this.texts.delete(name.replace(/^c-(\d+)-.*/, "l-$1"));
    }
    this.texts.delete("more");
    if (notices.length) this.latest = cells[0];
    // the newest first
    this.texts = new Map([...notices.map(({ about, text }) => [about, text]), ...this.texts]);
    this.show();
    if (notices.length) whisper(notices.map(({ text }) => text).join(" "));
  }

  show() {
    listSentences(this.element.querySelector("ul"), [...this.texts.values()]);
    this.element.hidden = !this.texts.size;
  }

  /** Read: the sentences go, and the focus goes back to the figure. */
  close(form) {
    this.texts.clear();
    (document.getElementById(this.latest) ?? form.querySelector("button[type=submit]")).focus();
    this.show();
  }
}
