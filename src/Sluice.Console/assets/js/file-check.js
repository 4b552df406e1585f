// Says before sending what the server would refuse, and shows a picture of what was chosen.
customElements.define("file-check", class extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    this.addEventListener("change", () => this.look(), { signal: this.stop.signal });
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  look() {
    const [input, said, picture] = ["input", "[role=alert]", "img"].map(s => this.querySelector(s));
    const file = input.files[0];
    picture.hidden = true;
    const wrong = !file ? "" : file.size > +this.dataset.max ? this.dataset.large : this.dataset.types.split(",").includes(file.type) ? "" : this.dataset.kind;
    said.textContent = wrong;
    said.hidden = !wrong;
    input.setCustomValidity(wrong);
    if (!file || wrong || !file.type.startsWith("image/")) return;
    const reader = new FileReader();
    reader.onload = () => {
      picture.src = reader.result;
      picture.hidden = false;
    };
    reader.readAsDataURL(file);
  }
});
