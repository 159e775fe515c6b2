/**
 * The token that a POST needs. Read from the cookie, not from the page: when somebody signs in again in another tab,
 * the page that was left open can still be sent.
 */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
  return cookie ? cookie[1] : (document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "");
}
