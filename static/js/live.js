/**
 * The page's live region: one place where a script says what happened.
 * Stateless, so that every module may import it by its relative address.
 */

const ICON = { ok: "check", info: "info", warning: "warning", error: "error" };

function icon(name) {
  const source = document.querySelector("link[rel=icon]")?.dataset.sprite;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.classList.add("icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${source}#${name}`);
  svg.append(use);
  return svg;
}

/** Show `text` in the corner and have it read out; it stays until the next one or `clear()`. */
export function announce(text, tone = "info") {
  const region = document.getElementById("live");
  if (!region) return;
  const box = document.createElement("div");
  box.className = `message ${tone}`;
  const body = document.createElement("div");
  body.textContent = text;
  box.append(icon(ICON[tone] ?? "info"), body);
  region.replaceChildren(box);
}

/** Take the last announcement away. */
export function clear() {
  document.getElementById("live")?.replaceChildren();
}
