// The keyboard: the palette, going places, rows.
import { close, go, isOpen } from "./dialogs.js";

let goes = 0;
let asking;

export function watchKeys() {
  document.addEventListener("click", event => {
    if (event.target.closest?.("[data-palette]")) open();
    if (event.target.closest?.("[data-help]")) document.getElementById("shortcuts").showModal();
    const option = event.target.closest?.("#palette-list li");
    if (option) follow(option);
  });
  document.addEventListener("keydown", event => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return open();
    }
    if (event.target.closest?.("#palette")) return inPalette(event);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.body.dataset.shortcuts === "off") return;
    if (isOpen()) return;
    plain(event);
  });
  document.addEventListener("input", event => {
    if (event.target.closest?.("#palette")) narrow(event.target.value);
  });
  document.addEventListener("submit", event => {
    if (!event.target.closest?.("#palette")) return;
    const chosen = document.querySelector('#palette-list li[aria-selected="true"]:not([hidden])');
    const field = event.target.elements.q;
    event.preventDefault();
    // Of a whole key only what is visible of it anyway leaves the browser.
    const typed = field.value.trim().replace(/^(sk-slc_(?:test|live)_\w{12})\w+$/, "$1");
    document.getElementById("palette").close();
    go(chosen && !/^[a-z]+_[0-9a-z]{10,}$/.test(typed) ? chosen.dataset.href : `/console/find?q=${encodeURIComponent(typed)}`);
  });
}

function typing(element) {
  return element.matches?.("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]");
}

function plain(event) {
  const key = event.key;
  if (goes) {
    clearTimeout(goes);
    goes = 0;
    const target = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (target) go(target.dataset.href);
    return;
  }
  const first = selector => document.querySelector(`main ${selector}`);
  if (key === "g") goes = setTimeout(() => { goes = 0; }, 1200);
  else if (key === "?") document.getElementById("shortcuts")?.showModal();
  else if (key === "c") first("[data-create]")?.click();
  else if (key === "/") { event.preventDefault(); first("input[type=search]")?.focus(); }
  else if (key === "f") first("[data-filters]")?.click();
  else if (key === "j" || key === "k") row(key === "j" ? 1 : -1);
  else {
    const act = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!act) return;
    event.preventDefault();
    if (act.matches("select")) act.focus();
    else act.click();
  }
}

function row(step) {
  const links = [...document.querySelectorAll("main tbody tr a.nm, main tbody tr a[data-row]")];
  const at = links.findIndex(l => l === document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}

function open() {
  const palette = document.getElementById("palette");
  if (!palette || palette.open) return;
  const field = palette.querySelector("input");
  field.value = "";
  palette.showModal();
  narrow("");
  field.focus();
}

function options() {
  return [...document.querySelectorAll("#palette-list li")].filter(o => !o.hidden);
}

function narrow(text) {
  const wanted = text.trim().toLowerCase();
  document.querySelectorAll("#palette-list .found").forEach(option => option.remove());
  for (const option of document.querySelectorAll("#palette-list li")) option.hidden = !option.textContent.toLowerCase().includes(wanted);
  clearTimeout(asking);
  if (wanted.length > 1 && !wanted.startsWith("sk-")) asking = setTimeout(() => ask(wanted), 150);
  choose(options()[0]);
  document.querySelector("#palette .none").hidden = options().length > 0;
}

// Keys by their names, from the server; what one may not see is not found.
async function ask(wanted) {
  const list = document.getElementById("palette-list");
  const answer = await fetch(`/console/files/keys?limit=5&search=${encodeURIComponent(wanted)}`).then(r => r.ok ? r.json() : null).catch(() => null);
  if (!answer || document.querySelector("#palette input")?.value.trim().toLowerCase() !== wanted) return;
  for (const key of answer.data) {
    const option = document.createElement("li");
    Object.assign(option, { className: "found", id: `found-${key.id}` });
    option.setAttribute("role", "option");
    option.dataset.href = `/console/keys/${key.id}`;
    const kind = document.createElement("small");
    kind.textContent = list.dataset.keys;
    option.append(key.name, kind);
    list.append(option);
  }
  choose(options().find(o => o.getAttribute("aria-selected") === "true") ?? options()[0]);
  document.querySelector("#palette .none").hidden = options().length > 0;
}

function choose(option) {
  const field = document.querySelector("#palette input");
  for (const other of document.querySelectorAll("#palette-list li")) other.setAttribute("aria-selected", other === option);
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function inPalette(event) {
  const all = options();
  const at = all.findIndex(o => o.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(all[(at + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length]);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close(document.getElementById("palette"));
  }
}

function follow(option) {
  document.getElementById("palette").close();
  go(option.dataset.href);
}
