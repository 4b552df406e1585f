// What every page has. Listeners are on the document, so that content that is swapped in works too.
import { openDialogs, watchDialogs } from "./dialogs.js";
import { keepTyped, watchForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { watchLine } from "./line.js";

// Custom elements whose script is loaded when the first one appears.
const islands = ["passkey-sign-in", "passkey-add", "chat-playground", "live-log", "live-steps", "first-call", "code-tabs", "data-chart", "live-region", "key-picker"];

function arrive() {
  openDialogs();
  for (const tag of islands) {
    if (!customElements.get(tag) && document.querySelector(tag)) import(`./${tag}.js`);
  }
  document.querySelectorAll("[data-toast]").forEach(rest);
  for (const field of document.querySelectorAll("[data-time-zone]")) field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

function rest(toast) {
  if (toast.dataset.resting) return;
  toast.dataset.resting = "yes";
  let timer = setTimeout(() => toast.remove(), 4000);
  for (const stay of ["pointerenter", "focusin"]) toast.addEventListener(stay, () => clearTimeout(timer));
  for (const go of ["pointerleave", "focusout"]) toast.addEventListener(go, () => { timer = setTimeout(() => toast.remove(), 2000); });
}

document.addEventListener("click", async event => {
  const taken = event.target.closest?.("[data-secret-taken]")?.closest("dialog");
  if (taken) taken.dataset.taken = "yes";
  const copy = event.target.closest?.("[data-copy],[data-copy-from]");
  if (copy) {
    const from = copy.dataset.copyFrom && document.getElementById(copy.dataset.copyFrom);
    await navigator.clipboard.writeText(from ? from.textContent : copy.dataset.copy).catch(() => from && getSelection().selectAllChildren(from));
    const word = copy.querySelector("span");
    copy.dataset.word ??= word.textContent;
    word.textContent = copy.dataset.done;
    announce(copy.dataset.done);
    setTimeout(() => { word.textContent = copy.dataset.word; }, 2000);
  }
  if (event.target.closest?.("[data-toast-close]")) event.target.closest("[data-toast]").remove();
  const save = event.target.closest?.("[data-save]");
  if (save) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([save.dataset.save], { type: "text/plain" })), download: save.dataset.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  const fill = event.target.closest?.("[data-fill]");
  if (fill) {
    const field = document.getElementById(fill.dataset.fill);
    field.value = field.value.trim() ? `${field.value.trim()}\n${fill.dataset.value}` : fill.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
});

document.addEventListener("focusin", event => {
  if (event.target.matches?.("[data-select]")) getSelection().selectAllChildren(event.target);
});

export function announce(words) {
  const said = document.createElement("div");
  said.className = "sr";
  said.textContent = words;
  document.getElementById("toasts")?.append(said);
  setTimeout(() => said.remove(), 3000);
}

watchDialogs();
watchForms();
watchKeys();
watchLine();
// Pages are swapped in without a new load: what belongs to a page is done again.
const started = setInterval(() => {
  if (!globalThis.Blazor?.addEventListener) return;
  clearInterval(started);
  globalThis.Blazor.addEventListener("enhancedload", () => {
    keepTyped();
    arrive();
    const heading = document.querySelector("main h1");
    if (globalThis.sluicePath !== location.pathname && !document.querySelector("dialog[open]")) heading?.focus({ preventScroll: true });
    globalThis.sluicePath = location.pathname;
  });
}, 20);
globalThis.sluicePath = location.pathname;
arrive();
