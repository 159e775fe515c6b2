/**
 * One question to the server. Whatever happens, the answer says which of four things it was:
 * ok, refused (with the server's sentence), signed_out, away (no answer, or a broken one).
 */
import { csrfToken } from "./csrf.js";

/** A key that the server books once. (`randomUUID` is missing where the page came over plain HTTP.) */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export async function send(url, body) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
      credentials: "same-origin",
      redirect: "manual",
    });
  } catch {
    return { kind: "away", data: {} };
  }
  let data = null;
  try {
    data = await response.json();
  } catch {
    /* a page instead of an answer */
  }
  if (response.ok && data) return { kind: "ok", data };
  // a redirect to the sign-in page, or the page that refuses a form whose session ended
  const lost = response.status === 401 || response.type === "opaqueredirect" || (response.status === 403 && !data);
  if (lost || data?.code === "other_person") return { kind: "signed_out", data: data ?? {} };
  if (!data || response.status >= 500) return { kind: "away", data: {} };
  return { kind: "refused", data };
}
