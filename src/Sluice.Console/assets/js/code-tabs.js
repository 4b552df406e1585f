// Code in several languages: one is shown, and remembered.
customElements.define("code-tabs", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", event => {
      const tab = event.target.closest("[role=tab]");
      if (tab) this.show(tab.dataset.language, true);
    });
    this.addEventListener("keydown", event => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const tabs = [...this.querySelectorAll("[role=tab]")];
      const next = tabs[(tabs.indexOf(document.activeElement) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
      next.focus();
      this.show(next.dataset.language, true);
    });
    this.show(localStorage.getItem("sluice-code") ?? "curl", false);
  }

  show(language, keep) {
    const tabs = [...this.querySelectorAll("[role=tab]")];
    if (!tabs.some(t => t.dataset.language === language)) language = tabs[0]?.dataset.language;
    for (const tab of tabs) {
      const on = tab.dataset.language === language;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on ? 0 : -1;
      this.querySelector(`#${CSS.escape(tab.getAttribute("aria-controls"))}`).hidden = !on;
    }
    if (keep) localStorage.setItem("sluice-code", language);
  }
});
