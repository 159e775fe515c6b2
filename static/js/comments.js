// Counts characters of a comment as the server does (funds/actions/notes.py): one LF per line end, NFC, blanks at
// the ends do not count, a character is a Unicode code point. Nothing is ever cut; what is too much is shown.

const counted = (text) =>
  text.replace(/\r\n?/g, "\n").normalize("NFC").replace(/^[ \t\n\u00a0]+|[ \t\n\u00a0]+$/g, "");

const group = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u00a0");

for (const counter of document.querySelectorAll("[data-counter]")) {
  const field = document.getElementById(counter.dataset.counter);
  const limit = Number(field.dataset.limit);
  const show = () => {
    const length = [...counted(field.value)].length;
    const over = length > limit;
    counter.textContent = (over ? counter.dataset.textOver : counter.dataset.text)
      .replace("{length}", group(length))
      .replace("{limit}", group(limit))
      .replace("{over}", group(length - limit));
    counter.classList.toggle("text-error", over);
    counter.classList.toggle("muted", !over);
  };
  field.addEventListener("input", show);
  show();
}
