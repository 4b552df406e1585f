// Forms: filters that answer while one types, buttons that say what they do, input that is not lost.
import { go } from "./dialogs.js";

let timer;
// What is being typed into a filter and was not asked for yet.
let typed;

// An answer that comes meanwhile brings the field as it was asked for: what was typed since stays.
export function keepTyped() {
  if (!typed?.field.isConnected || typed.field.value === typed.value) return;
  typed.field.value = typed.value;
  typed.field.setSelectionRange?.(typed.at, typed.at);
}

function filter(form) {
  const address = new URL(form.getAttribute("action") || location.pathname, location.href);
  // The renderer writes the whole address of the page there, with what was filtered by before.
  address.search = "";
  for (const [name, value] of new FormData(form)) if (value) address.searchParams.append(name, value);
  go(address.pathname + address.search, true);
}

export function watchForms() {
  document.addEventListener("input", event => {
    const form = event.target.form;
    if (form?.hasAttribute("data-guard") && event.isTrusted) form.dataset.touched = "yes";
    if (!form?.hasAttribute("data-filter")) return;
    clearTimeout(timer);
    const field = event.target;
    typed = field.matches("input:not([type=checkbox]):not([type=radio]):not([type=date]):not([type=datetime-local])") ? { field, value: field.value, at: field.selectionStart } : undefined;
    timer = setTimeout(() => {
      typed = undefined;
      filter(form);
    }, event.target.matches("select,[type=checkbox],[type=radio],[type=date],[type=datetime-local]") ? 0 : 80);
  });
  document.addEventListener("change", event => {
    if (event.target.matches?.("[data-all]")) {
      for (const box of event.target.closest("table").querySelectorAll("tbody input[type=checkbox]")) box.checked = event.target.checked;
    }
    count(event.target.closest?.("form"));
  });
  document.addEventListener("submit", event => {
    const form = event.target;
    if (form.matches("[data-filter],[data-apply]")) {
      event.preventDefault();
      form.closest("[popover]")?.hidePopover();
      clearTimeout(timer);
      filter(form);
      return;
    }
    delete form.dataset.touched;
    const button = event.submitter;
    if (!button || form.method !== "post") return;
    // After the form's values are taken: a disabled button would not be among them.
    setTimeout(() => {
      button.setAttribute("data-working", "");
      const word = button.dataset.busy && [...button.childNodes].findLast(n => n.nodeType === 3 && n.textContent.trim());
      if (word) word.textContent = button.dataset.busy;
      setTimeout(() => button.removeAttribute("data-working"), 10000);
    });
  });
  addEventListener("beforeunload", event => {
    if (document.querySelector("form[data-guard][data-touched]")) event.preventDefault();
  });
}

function count(form) {
  const bar = form?.querySelector("[data-chosen]");
  if (bar) bar.textContent = form.querySelectorAll("tbody input[type=checkbox]:checked").length;
}
