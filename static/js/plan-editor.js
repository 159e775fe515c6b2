/**
 * The plan editor. Rows are added, moved and removed here without a round trip; sums, readings of amounts and broken
 * rules come from the server, which alone knows how an amount is read and what a plan must keep.
 * Without this script every button posts the page and the same things happen there.
 */
import { csrfToken } from "./csrf.js";
import { announce, announceOffline, announceSignedOut, isSignIn } from "./live.js";

const form = document.getElementById("plan-editor");
const rows = document.getElementById("plan-rows");
const state = document.getElementById("plan-state");
const saveButton = document.getElementById("save");
const WAIT = 250;

let added = 0;
let timer = 0;
let checking = null;
let dirty = false;
let cleared = false;
// After a refused Save everything that is missing is shown; before it, an empty field is not called an error.
const judged = Boolean(form.querySelector(".error-summary"));

const rowOf = (element) => element.closest(".plan-row");
const isTarget = (row) => row?.dataset.kind === "target";
const field = (row, name) => document.getElementById(`${row.dataset.row}-${name}`);

/* --- rows -------------------------------------------------------------- */

function makeRow(kind) {
  if (rows.children.length >= Number(form.dataset.max)) {
    announce(form.dataset.textFull, "warning");
    return null;
  }
  let key;
  do key = `new-${++added}`; while (rows.querySelector(`[data-row="${key}"]`));
  const box = document.createElement("template");
  box.innerHTML = document.getElementById(`new-${kind}`).innerHTML.replaceAll("__key__", key);
  return box.content.firstElementChild;
}

/** Last row of the target that `row` is or belongs to. */
function lastOf(row) {
  let last = row;
  while (last.nextElementSibling && !isTarget(last.nextElementSibling)) last = last.nextElementSibling;
  return last;
}

/** A target and its lines. */
function blockOf(row) {
  const block = [row];
  if (isTarget(row)) {
    while (block.at(-1).nextElementSibling && !isTarget(block.at(-1).nextElementSibling)) block.push(block.at(-1).nextElementSibling);
  }
  return block;
}

function addLine(after) {
  const line = makeRow("line");
  if (!line) return;
  after.after(line);
  field(line, "name").focus();
  changed();
}

function addTarget() {
  const target = makeRow("target");
  if (!target) return;
  rows.append(target);
  const line = makeRow("line");
  if (line) rows.append(line);
  field(target, "name").focus();
  changed();
}

function remove(row) {
  const block = blockOf(row);
  const next = block.at(-1).nextElementSibling ?? row.previousElementSibling;
  block.forEach((part) => part.remove());
  (next ? field(next, "name") : document.getElementById("add-target")).focus();
  announce(form.dataset.textRemoved, "info");
  changed();
}

function move(row, up) {
  const active = document.activeElement;
  const block = blockOf(row);
  if (isTarget(row)) {
    const next = block.at(-1).nextElementSibling;
    let place = row.previousElementSibling;
    if (up) {
      while (place && !isTarget(place)) place = place.previousElementSibling;
      place?.before(...block);
    } else if (next) lastOf(next).after(...block);
  } else if (up) {
    // The first row stays a target: a line has one above it.
    const before = row.previousElementSibling;
    if (before && before !== rows.firstElementChild) before.before(row);
  } else row.nextElementSibling?.after(row);
  active?.focus();
  row.scrollIntoView({ block: "nearest" });
  changed();
}

/* --- sums and rules ---------------------------------------------------- */

function changed() {
  dirty = true;
  state.textContent = form.dataset.textUnsaved;
  clearTimeout(timer);
  timer = setTimeout(check, WAIT);
}

/** Ask the server about the page as it is; returns its answer, or null when there is none. */
async function ask() {
  checking?.abort();
  checking = new AbortController();
  const data = new FormData(form);
  // The server looks at the token among the data first; after signing in again in another tab the page's own is old.
  data.set("csrfmiddlewaretoken", csrfToken());
  const answer = await fetch(form.dataset.check, {
    method: "POST",
    body: data,
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    signal: checking.signal,
  });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  // The sign-in page (which may speak JSON too), or the page that refuses a form whose cookies are gone.
  if (isSignIn(answer.url) || (answer.status === 403 && !isJson)) announceSignedOut();
  else if (answer.ok && isJson) return answer.json();
  else announce(document.body.dataset.textRefused, "error");
  return null;
}

async function check() {
  clearTimeout(timer);
  const typed = new Map([...rows.querySelectorAll("input.amount"), document.getElementById("id_ceiling")].map((input) => [input.id, input.value]));
  try {
    const answer = await ask();
    if (!answer) return null;
    show(answer, typed);
    return answer;
  } catch (error) {
    if (error.name !== "AbortError") announceOffline();
    return null;
  }
}

function show(answer, typed) {
  const total = document.getElementById("plan-total");
  const left = document.getElementById("plan-unallocated");
  total.textContent = answer.total;
  left.textContent = answer.unallocated;
  left.classList.toggle("over", answer.over);
  for (const [key, sum] of Object.entries(answer.sums)) {
    const row = rows.querySelector(`[data-row="${key}"]`);
    if (!row) continue;
    row.querySelector("[data-sum]").textContent = sum;
    const name = answer.centres[key];
    const shown = row.querySelector("[data-centre]");
    shown.textContent = name;
    shown.hidden = !name;
    row.querySelector("[data-new-centre]").hidden = Boolean(name);
  }
  // The reading of an amount is shown back, but never under the fingers of who is typing.
  for (const [key, reading] of Object.entries(answer.amounts)) showReading(document.getElementById(`${key}-amount`), reading, typed);
  if (answer.ceiling) showReading(document.getElementById("id_ceiling"), answer.ceiling, typed);
  showProblems(answer.problems);
}

function showReading(input, reading, typed) {
  if (input && input !== document.activeElement && !input.readOnly && typed.get(input.id) === input.value) input.value = reading;
}

function showProblems(problems) {
  for (const spot of form.querySelectorAll(".row-error")) spot.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  let counted = 0;
  for (const { key, field: name, message } of problems) {
    const spot = document.getElementById(key ? `${key}-${name}-error` : "ceiling-error");
    const input = document.getElementById(key ? `${key}-${name}` : "id_ceiling");
    counted += 1;
    if (!judged && key && input && !input.value.trim()) continue;
    input?.setAttribute("aria-invalid", "true");
    if (spot) spot.textContent = spot.textContent ? `${spot.textContent} ${message}` : message;
    if (name === "responsible" || name === "use_plan") spot?.closest("details")?.setAttribute("open", "");
  }
  state.dataset.problems = counted;
  const rule = counted ? `${form.dataset.textProblems}: ${counted}` : form.dataset.textFine;
  state.textContent = dirty ? `${rule} · ${form.dataset.textUnsaved}` : rule;
}

/* --- what people do ---------------------------------------------------- */

form.addEventListener("input", changed);

form.addEventListener("submit", async (event) => {
  if (cleared) return;
  const [command, key] = (event.submitter?.value ?? "save").split(":");
  event.preventDefault();
  const row = key && rows.querySelector(`[data-row="${key}"]`);
  if (command === "add-target") addTarget();
  else if (command === "add-line") addLine(lastOf(row));
  else if (command === "remove") remove(row);
  else if (command === "up" || command === "down") move(row, command === "up");
  else await save();
});

/** Save only after the server has answered: an ended session or a server that is away costs nothing that was typed. */
async function save() {
  saveButton.setAttribute("aria-busy", "true");
  const answer = await check();
  saveButton.removeAttribute("aria-busy");
  if (!answer) return;
  cleared = true;
  dirty = false;
  form.requestSubmit(saveButton);
}

form.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    save();
  } else if (event.key === "Enter" && event.altKey) {
    event.preventDefault();
    addTarget();
  } else if (row && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    move(row, event.key === "ArrowUp");
  } else if (row && event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    const next = row.nextElementSibling;
    if (next && !isTarget(next)) field(next, "name").focus();
    else addLine(row);
  } else if (event.key === "Enter" && event.target.id === "id_ceiling") {
    event.preventDefault();
    const first = rows.firstElementChild;
    if (first) field(first, "name").focus();
  }
});

// After the last key of a cell its reading is shown back.
form.addEventListener("focusout", (event) => {
  if (event.target.matches("input.amount") && dirty) changed();
});

addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});
addEventListener("pageshow", () => {
  cleared = false;
});
check();
