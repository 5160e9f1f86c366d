// Making elements. Text from outside becomes text and nothing else: it never passes through a parser of HTML.

const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SEQUENCES = /\x1b\[[0-?]*[ -\/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -\/]*[0-~]?/g;

// Return text without escape sequences, controls, and characters that change direction or can't be seen.
export function clean(text) {
  return String(text ?? "").replaceAll("\r\n", "\n").replace(SEQUENCES, "").replace(HIDDEN, "");
}

// Return an element with attributes and children. Children that are no elements are text.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, clean(value));
  }
  made.append(...children.flat(Infinity).filter((one) => one != null && one !== false).map((one) => one instanceof Node ? one : clean(one)));
  return made;
}

export function button(words, action, kind = "") {
  return el("button", { type: "button", class: kind, onclick: action }, words);
}

export function replace(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

export function age(seconds) {
  if (!seconds) return "";
  const past = Math.max(0, Date.now() / 1000 - seconds);
  for (const [name, size] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (past >= size) return `${Math.floor(past / size)} ${name} ago`;
  }
  return "now";
}

export function clock(seconds) {
  return seconds ? new Date(seconds * 1000).toLocaleString([], { dateStyle: "short", timeStyle: "short" }) : "";
}

// Ask before something that can't be undone; call `action` if the person agrees.
export function ask(title, words, agree, action) {
  const dialog = document.getElementById("dialog");
  replace(dialog,
    el("h2", { id: "dialog-title" }, title), el("p", {}, words),
    el("div", { class: "row" },
      button(agree, () => { dialog.close(); action(); }, "main"), button("Cancel", () => dialog.close())));
  dialog.showModal();
}

// What is kept on this device, also through a reload; without storage, until the page is closed.
const memory = new Map();

export function load(key, otherwise) {
  try {
    const found = localStorage.getItem(`navi:${key}`);
    return found === null ? otherwise : JSON.parse(found);
  } catch {
    return memory.has(key) ? memory.get(key) : otherwise;
  }
}

export function keep(key, value) {
  memory.set(key, value);
  try {
    const empty = value === "" || (Array.isArray(value) && !value.length);
    if (empty) localStorage.removeItem(`navi:${key}`);
    else localStorage.setItem(`navi:${key}`, JSON.stringify(value));
  } catch { /* no storage, or none left: the page itself still has it */ }
}
