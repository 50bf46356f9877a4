// Keys, and what a page cannot know of its viewer: the time zone. Everything else is NiceGUI's.
document.cookie = "ampledger_zone=" + encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)
  + "; path=/; max-age=31536000; SameSite=Strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable=true], .cm-editor");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = { "/": "open-search", "?": "open-help" }[event.key];
  if (!button) return;
  event.preventDefault();
  document.getElementById(button)?.click();
});
// Rows that open something are reached and opened by keys, too.
const ROWS = ".opens tbody tr, .opens .row-card";
const FILES = ".q-uploader input[type=file]:not([aria-label])"; // Quasar gives no name to it
new MutationObserver(() => {
  document.querySelectorAll(ROWS).forEach((row) => { if (row.tabIndex < 0) row.tabIndex = 0; });
  document.querySelectorAll(FILES).forEach((field) => {
    const name = field.closest(".q-uploader").querySelector(".q-uploader__title").innerText;
    field.ariaLabel = field.closest(".q-btn").ariaLabel = name;
  });
}).observe(document.documentElement, { childList: true, subtree: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.(ROWS)) event.target.click();
});
