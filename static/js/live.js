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

/** Show `text` in the corner and have it read out; it stays until the next one or `clear()`. `link` is `{href, text}`. */
export function announce(text, tone = "info", link = null) {
  const region = document.getElementById("live");
  if (!region) return;
  const box = document.createElement("div");
  box.className = `message ${tone}`;
  const body = document.createElement("div");
  body.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (link) {
    const anchor = Object.assign(document.createElement("a"), { href: link.href, textContent: link.text, target: "_blank" });
    body.append(anchor);
  }
  box.append(icon(ICON[tone] ?? "info"), body);
  region.replaceChildren(box);
}

/** Have `text` read out without a box in the corner: for what the page shows anyhow. */
export function whisper(text) {
  const spoken = Object.assign(document.createElement("p"), { className: "sr-only", textContent: text });
  document.getElementById("live")?.replaceChildren(spoken);
}

/** Take the last announcement away. */
export function clear() {
  document.getElementById("live")?.replaceChildren();
}

/** Say that the session has ended; what is written on the page stays. */
export function announceSignedOut() {
  const { textSignedOut, textSignIn, loginUrl } = document.body.dataset;
  announce(textSignedOut, "warning", { href: loginUrl, text: textSignIn });
}

/** Say that the server did not answer. */
export function announceOffline() {
  announce(document.body.dataset.textOffline, "error");
}

/** Is this answer (its final address) the sign-in page, because the session has ended? */
export function isSignIn(address) {
  return Boolean(address) && new URL(address, location.href).pathname === document.body.dataset.loginUrl;
}
