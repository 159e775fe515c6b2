/**
 * Figures that are typed and not yet saved, kept in the browser: by organisation, plan and person, until the server
 * has them. Stateless beyond the browser's own storage, which may be full or forbidden: then they live on the page only.
 */
export class Store {
  constructor(key) {
    this.key = key;
    this.entries = new Map();
    try {
      this.entries = new Map(Object.entries(JSON.parse(localStorage.getItem(key) ?? "{}")));
    } catch {
      /* unreadable: begin anew */
    }
  }

  get size() {
    return this.entries.size;
  }

  /** Remember what was typed: `{text, seen, label, key}`. */
  set(name, entry) {
    this.entries.set(name, entry);
    this.#write();
  }

  delete(name) {
    if (this.entries.delete(name)) this.#write();
  }

  #write() {
    try {
      if (this.entries.size) localStorage.setItem(this.key, JSON.stringify(Object.fromEntries(this.entries)));
      else localStorage.removeItem(this.key);
    } catch {
      /* full or forbidden: the page still holds everything and warns before it is left */
    }
  }
}
