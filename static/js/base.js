/**
 * Small behaviours of every page. Each works on markup that is complete without it.
 */
import { csrfToken, isTokenGone } from "./csrf.js";
import { announce, announceOffline, announceSignedOut, isSignIn } from "./live.js";

/** Menus close on Escape, on a click elsewhere and when the focus leaves them. */
function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener("focusin", (event) => closeMenus(event.target.closest?.("details.menu")));

/** A form with data-once is sent once: the second click of a double click does nothing. */
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const token = form.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) token.value = csrfToken();
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
// a page that comes back by the browser's Back button must be usable again
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-sent]");
  if (form) release(form);
});

/** A select or checkbox with data-submit sends its form at once; the form's button stays for everybody else. */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

/** After a refused form the focus goes to its list of errors. */
document.querySelector("[data-focus]")?.focus();

/** A button with data-print prints the page. */
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) print();
});

/** htmx: a fresh token, a kept page when the session has ended, and no silent failure. */
document.addEventListener("htmx:configRequest", (event) => {
  const { headers, parameters } = event.detail;
  headers["X-CSRFToken"] = csrfToken();
  if ("csrfmiddlewaretoken" in parameters) parameters.csrfmiddlewaretoken = csrfToken();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isSignIn(event.detail.xhr.responseURL)) return;
  event.detail.shouldSwap = false;
  announceSignedOut();
});
document.addEventListener("htmx:afterSettle", (event) => event.target.querySelector?.("[data-focus]")?.focus());
document.addEventListener("htmx:sendError", announceOffline);
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 403 && isTokenGone()) announceSignedOut();
  else announce(document.body.dataset.textRefused, "error");
});
