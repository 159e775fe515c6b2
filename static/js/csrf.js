/**
 * The token that a POST needs. Read from the cookie, not from the page: when somebody signs in again in another tab,
 * the page that was left open can still be sent.
 */
export function csrfToken() {
  return fromCookie() ?? document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** Is there no token in the cookie? Then the session is gone with it. */
export function isTokenGone() {
  return fromCookie() === null;
}

function fromCookie() {
  return document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? null;
}
