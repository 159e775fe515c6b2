/** The list of what was not saved, below the grid and always in sight: each entry says what happened and what can be done. */

function button(label, act, primary = false) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = primary ? "button small primary" : "button small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

/** The dock lies over the end of a long page: a cell with the focus is moved out from under it. */
export function keepInSight(dock) {
  new ResizeObserver(() => {
    const covers = getComputedStyle(dock).position === "sticky";
    document.documentElement.style.scrollPaddingBottom = covers ? `${dock.offsetHeight + 8}px` : "";
    const active = document.activeElement;
    if (active?.matches("td.cell > input")) active.scrollIntoView({ block: "nearest", inline: "nearest" });
  }).observe(dock);
}

export class Panel {
  constructor(form, { retry, discard, leaving }) {
    this.element = form.querySelector("#grid-panel");
    this.list = this.element.querySelector("ul");
    this.offer = this.element.querySelector("[data-offer]");
    this.login = this.element.querySelector("[data-login]");
    this.login.href = form.dataset.loginUrl;
    this.items = new Map();
    this.element.querySelector("[data-retry]").addEventListener("click", retry);
    this.element.querySelector("[data-discard]").addEventListener("click", discard);
    this.login.addEventListener("click", leaving);
  }

  /**
   * Show or replace one entry.
   * @param choices `[{label, act, primary}]`
   * @param details more sentences, below the first one
   */
  show(name, text, choices = [], details = []) {
    const item = this.items.get(name) ?? document.createElement("li");
    item.dataset.cell = name;
    const words = document.createElement("span");
    words.textContent = text;
    for (const detail of details) {
      const line = document.createElement("div");
      line.textContent = detail;
      words.append(line);
    }
    item.replaceChildren(words, ...choices.map(({ label, act, primary }) => button(label, act, primary)));
    if (!this.items.has(name)) this.list.append(item);
    this.items.set(name, item);
    this.refresh();
  }

  remove(name) {
    this.items.get(name)?.remove();
    this.items.delete(name);
    this.refresh();
  }

  /** Offer to save again (`waiting`), and to sign in first (`signedOut`). */
  refresh({ waiting = this.waiting, signedOut = this.signedOut } = {}) {
    Object.assign(this, { waiting, signedOut });
    this.offer.hidden = !waiting;
    this.login.hidden = !signedOut;
    this.element.hidden = !this.items.size;
  }

  /** Move the focus to what can be done about a cell, or about the first one. */
  focus(name) {
    const item = this.items.get(name) ?? this.list.firstElementChild;
    const target = item?.querySelector("button") ?? this.element.querySelector("button:not([hidden])");
    target?.focus();
  }
}
