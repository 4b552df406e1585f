// Dialogs that the address opens, the ones that a button opens, menus and the drawer.
const floats = "dialog,[popover]";

export function openDialogs() {
  for (const dialog of document.querySelectorAll("dialog[data-modal]")) {
    if (!dialog.matches(":modal")) {
      dialog.removeAttribute("open");
      dialog.showModal();
    } else if (!dialog.contains(document.activeElement)) {
      // What was asked for came in place of the form.
      dialog.querySelector("[autofocus]")?.focus();
    }
  }
}

export function close(dialog) {
  if (!dialog.hasAttribute("data-modal")) return shut(dialog);
  if (dialog.querySelector("[data-guard]")?.dataset.touched && !confirm(document.body.dataset.ask)) return;
  if (dialog.dataset.unsaved && !dialog.dataset.taken && !confirm(dialog.dataset.unsaved)) return;
  const to = dialog.dataset.close;
  shut(dialog);
  go(to, true);
}

// Where nothing had the focus before, the browser leaves it in the closed dialog until the next frame: a key pressed meanwhile would be lost.
function shut(dialog) {
  dialog.close();
  if (dialog.contains(document.activeElement)) document.activeElement.blur();
}

export function go(href, replace = false) {
  if (globalThis.Blazor?.navigateTo) Blazor.navigateTo(href, { replaceHistoryEntry: replace });
  else location.assign(href);
}

export function watchDialogs() {
  document.addEventListener("cancel", event => {
    if (event.target.matches?.("dialog[data-modal]")) {
      event.preventDefault();
      close(event.target);
    }
  }, true);
  document.addEventListener("click", event => {
    const dismiss = event.target.closest?.("[data-dismiss]");
    if (dismiss) {
      event.preventDefault();
      close(dismiss.closest("dialog"));
    } else if (event.target.matches?.("dialog") && event.target.open && outside(event)) {
      close(event.target);
    }
    const opens = event.target.closest?.("[data-opens]");
    if (opens) document.getElementById(opens.dataset.opens)?.showModal();
  });
  // A menu opens below its button, inside the window.
  document.addEventListener("toggle", event => {
    const menu = event.target;
    if (!menu.matches?.("[data-menu]")) return;
    const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
    button?.setAttribute("aria-expanded", event.newState === "open");
    if (event.newState !== "open" || !button) return;
    const at = button.getBoundingClientRect();
    const size = menu.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.right - size.width < 8 ? at.left : at.right - size.width, innerWidth - size.width - 8));
    const below = at.bottom + 4 + size.height <= innerHeight;
    menu.style.setProperty("left", `${left}px`);
    menu.style.setProperty("top", `${below ? at.bottom + 4 : Math.max(8, at.top - size.height - 4)}px`);
  }, true);
  document.addEventListener("keydown", event => {
    const menu = event.target.closest?.("[data-menu]");
    if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const items = [...menu.querySelectorAll("a,button")];
      const at = items.indexOf(document.activeElement);
      items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length]?.focus();
    }
    if (event.key === "Escape" && !document.querySelector("dialog:modal,[popover]:popover-open")) {
      const drawer = document.querySelector("[data-drawer]");
      if (drawer) go(drawer.dataset.close);
    }
  });
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

export const isOpen = () => !!document.querySelector(`dialog:modal,[popover]:popover-open`) && floats;
