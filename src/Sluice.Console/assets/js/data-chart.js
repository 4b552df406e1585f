// A chart's tooltip, keyboard and legend. The picture itself is the server's.
customElements.define("data-chart", class extends HTMLElement {
  connectedCallback() {
    this.columns = [...this.querySelectorAll(".col")];
    this.legend = [...this.closest("section").querySelectorAll("[data-series]")];
    const over = event => this.show(event.target.closest?.(".col"));
    this.addEventListener("pointermove", over);
    this.addEventListener("pointerleave", () => this.show(null));
    this.addEventListener("blur", () => this.show(null));
    this.addEventListener("click", event => {
      const href = event.target.closest?.(".col")?.dataset.href;
      if (href && this.shown === event.target.closest(".col")) globalThis.Blazor ? Blazor.navigateTo(href) : location.assign(href);
    });
    this.addEventListener("keydown", event => {
      if (event.key === "Enter" && this.shown?.dataset.href) Blazor.navigateTo(this.shown.dataset.href);
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.preventDefault();
      const at = this.columns.indexOf(this.shown);
      this.show(this.columns[Math.max(0, Math.min(this.columns.length - 1, at + (event.key === "ArrowRight" ? 1 : -1)))]);
    });
    for (const button of this.legend) {
      button.addEventListener("click", () => {
        const off = button.getAttribute("aria-pressed") === "true";
        button.setAttribute("aria-pressed", !off);
        this.querySelectorAll(`.s${(button.dataset.series % 8) + 1},[data-line="${button.dataset.series}"]`).forEach(shape => shape.classList.toggle("off", off));
      });
    }
  }

  disconnectedCallback() { this.tip?.remove(); }

  show(column) {
    this.shown?.classList.remove("on");
    this.shown = column;
    if (!column) {
      if (this.tip) this.tip.hidden = true;
      return;
    }
    column.classList.add("on");
    if (!this.tip?.isConnected) {
      this.tip = document.createElement("div");
      this.tip.className = "tip";
      this.tip.setAttribute("role", "status");
      document.body.append(this.tip);
    }
    for (const look of ["pct", "sts"]) this.tip.classList.toggle(look, !!this.closest(`.${look}`));
    const head = document.createElement("b");
    head.textContent = column.dataset.title;
    const rows = column.dataset.values.split("|").map((value, i) => {
      const row = document.createElement("div");
      const dot = document.createElement("i");
      dot.className = `k${(i % 8) + 1}`;
      const figure = document.createElement("b");
      figure.textContent = value;
      row.append(dot, this.legend[i]?.textContent ?? "", figure);
      return row;
    });
    this.tip.replaceChildren(head, ...rows);
    this.tip.hidden = false;
    const at = column.getBoundingClientRect();
    const size = this.tip.getBoundingClientRect();
    const right = at.right + 8 + size.width < innerWidth;
    this.tip.style.setProperty("left", `${right ? at.right + 8 : Math.max(8, at.left - size.width - 8)}px`);
    this.tip.style.setProperty("top", `${Math.max(8, Math.min(at.top + 24, innerHeight - size.height - 8))}px`);
  }
});
