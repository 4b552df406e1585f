// Markdown as nodes, from a list of what is allowed. What the text says is never HTML, and nothing is loaded from elsewhere.
const INLINE = /\\([\\`*_{}[\]()#+\-.!|~>])|(`{1,4})([\s\S]{1,2000}?)\2(?!`)|(\*\*|__)(?=\S)([\s\S]{0,1999}?\S)\4|(\*)(?=\S)([\s\S]{0,1999}?\S)\*|(?<!\w)_(?=\S)([\s\S]{0,1999}?\S)_(?!\w)|~~(?=\S)([\s\S]{0,1999}?\S)~~|(!?)\[([^\]\n]{0,500})\]\(\s*<?([^\s)>]{1,2000})>?(?:\s+"[^"\n]{0,200}")?\s*\)|(https?:\/\/[^\s<>"'`)\]]{1,2000})/g;
const INLINE_MAX = 20000;
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]{0,30})/;
const ITEM = /^( {0,12})([-*+]|\d{1,9}[.)])\s+(?=\S)/;
let copies = 0;

function make(tag, ...inside) {
  const node = document.createElement(tag);
  node.append(...inside);
  return node;
}

export function safeLink(address) {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

function inline(text, words, depth = 0) {
  if (text.length > INLINE_MAX || depth > 8) return [text];
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) nodes.push(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, escaped, , code, , bold, , italic, italic2, struck, image, label, target, bare] = match;
    if (escaped) nodes.push(escaped);
    else if (code !== undefined) nodes.push(make("code", code.replace(/^ (.+) $/s, "$1")));
    else if (bold) nodes.push(make("strong", ...inline(bold, words, depth + 1)));
    else if (italic ?? italic2) nodes.push(make("em", ...inline(italic ?? italic2, words, depth + 1)));
    else if (struck) nodes.push(make("s", ...inline(struck, words, depth + 1)));
    else nodes.push(link(safeLink(target ?? bare), image ? [words.remote.replace("{0}", label)] : target ? inline(label, words, depth + 1) : [bare], match[0]));
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}

function link(href, inside, source) {
  if (!href) return source;
  const node = make("a", ...inside);
  Object.assign(node, { href, target: "_blank", rel: "noopener nofollow", className: "lk" });
  return node;
}

// The text as blocks: each with its kind and its lines. The last one may still grow.
function blocks(text) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const found = [];
  for (let i = 0; i < lines.length;) {
    const fence = FENCE.exec(lines[i]);
    const from = i;
    if (!lines[i].trim()) { i++; continue; }
    if (fence) {
      const closes = new RegExp(`^ {0,3}${fence[1][0] === "~" ? "~" : "`"}{${fence[1].length},}\\s*$`);
      for (i++; i < lines.length && !closes.test(lines[i]); i++);
      found.push({ kind: "code", language: fence[2], lines: lines.slice(from + 1, i) });
      i++;
    } else if (/^ {0,3}#{1,6}\s/.test(lines[i])) {
      found.push({ kind: "head", lines: [lines[i++]] });
    } else if (/^ {0,3}([-*_])( {0,3}\1){2,}\s*$/.test(lines[i])) {
      found.push({ kind: "rule", lines: [lines[i++]] });
    } else if (ITEM.test(lines[i])) {
      for (i++; i < lines.length && (ITEM.test(lines[i]) || /^ {2,}\S/.test(lines[i]) || (!lines[i].trim() && (/^ {2,}\S/.test(lines[i + 1] ?? "") || ITEM.test(lines[i + 1] ?? ""))) || (lines[i].trim() && lines[i - 1].trim() && !FENCE.test(lines[i]) && !/^#/.test(lines[i]))); i++);
      found.push({ kind: "list", lines: lines.slice(from, i) });
    } else if (/^ {0,3}>/.test(lines[i])) {
      for (i++; i < lines.length && /^ {0,3}>/.test(lines[i]); i++);
      found.push({ kind: "quote", lines: lines.slice(from, i) });
    } else if (lines[i].includes("|") && /^[\s|:-]*-[\s|:-]*$/.test(lines[i + 1] ?? "") && lines[i + 1].includes("|")) {
      for (i += 2; i < lines.length && lines[i].includes("|"); i++);
      found.push({ kind: "table", lines: lines.slice(from, i) });
    } else {
      for (i++; i < lines.length && lines[i].trim() && !FENCE.test(lines[i]) && !ITEM.test(lines[i]) && !/^ {0,3}(#{1,6}\s|>)/.test(lines[i]); i++);
      found.push({ kind: "text", lines: lines.slice(from, i) });
    }
  }
  return found;
}

function list(lines, words, depth) {
  const ordered = /\d/.test(ITEM.exec(lines[0])[2]);
  const top = ITEM.exec(lines[0])[1].length;
  const node = document.createElement(ordered ? "ol" : "ul");
  if (ordered) node.start = parseInt(ITEM.exec(lines[0])[2], 10);
  let item;
  const flush = () => item && node.append(make("li", ...nodesOf(item.join("\n"), words, depth + 1, true)));
  for (const line of lines) {
    const begins = ITEM.exec(line);
    if (begins && begins[1].length <= top + 1) {
      flush();
      item = [line.slice(begins[0].length)];
    } else {
      item.push(line.replace(/^ {1,4}/, ""));
    }
  }
  flush();
  return node;
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map(c => c.trim().replaceAll("\\|", "|"));
}

function table(lines, words) {
  const row = (line, tag) => make("tr", ...cells(line).map(c => make(tag, ...inline(c, words))));
  const node = make("table", make("thead", row(lines[0], "th")), make("tbody", ...lines.slice(2).map(l => row(l, "td"))));
  const scroll = make("div", node);
  scroll.className = "table-scroll";
  scroll.tabIndex = 0;
  return scroll;
}

function nodeOf(block, words, depth, tight) {
  const text = block.lines.join("\n");
  switch (block.kind) {
    case "code": {
      const box = words.code.content.cloneNode(true).firstElementChild;
      const code = box.querySelector("code");
      box.querySelector(".ch span").textContent = block.language;
      code.textContent = text;
      code.id = `cp-${++copies}`;
      box.querySelector("button").dataset.copyFrom = code.id;
      return box;
    }
    case "head": {
      // Not a heading of the page.
      const head = make("p", ...inline(text.replace(/^ *#+\s+|\s+#+\s*$/g, ""), words));
      head.className = `mh mh${/^ *(#+)/.exec(text)[1].length}`;
      return head;
    }
    case "rule": return make("hr");
    case "list": return list(block.lines, words, depth);
    case "quote": return make("blockquote", ...nodesOf(block.lines.map(l => l.replace(/^ {0,3}> ?/, "")).join("\n"), words, depth + 1));
    case "table": return table(block.lines, words);
    default: return tight ? make("span", ...inline(text, words)) : make("p", ...inline(text, words));
  }
}

function nodesOf(text, words, depth, tight) {
  return depth > 6 ? [text] : blocks(text).map(b => nodeOf(b, words, depth, tight));
}

// Only blocks that changed are made anew, so that what came earlier keeps its selection and focus while more comes.
export function render(into, text, words) {
  const before = into.blocks ?? [];
  const now = blocks(text).map(b => ({ ...b, key: `${b.kind}|${b.language ?? ""}|${b.lines.join("\n")}` }));
  now.forEach((block, i) => {
    if (before[i]?.key === block.key) {
      block.node = before[i].node;
      return;
    }
    block.node = nodeOf(block, words, 0);
    if (before[i]) before[i].node.replaceWith(block.node);
    else into.append(block.node);
  });
  for (const gone of before.slice(now.length)) gone.node.remove();
  into.blocks = now;
}
