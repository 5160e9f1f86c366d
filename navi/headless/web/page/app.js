// The page: logs in, and shows the list or one session, by what is behind # in the address.

import { request } from "./api.js";
import { el, replace } from "./dom.js";
import { ListView } from "./list.js";
import { SessionView } from "./session.js";

const page = {
  view: null,

  show(view) {
    this.view?.close?.();
    this.view = view;
    replace(document.getElementById("view"), view.element);
  },

  title(words, asked = 0) {
    document.getElementById("title").textContent = words;
    document.title = `${asked ? `(${asked}) ` : ""}${words === "navi" ? "navi" : `${words} - navi`}`;
  },

  connection(there) {
    document.getElementById("connection").textContent = there ? "" : "no connection to navi";
  },

  // The hub does not know us, or the session.
  refused(error) {
    if (error.status === 401) this.show(loginView(error.message));
    else this.show({ element: el("p", { class: "notice bad" }, error.message) });
    this.connection(true);
  },
};

function loginView(words) {
  const code = el("input", { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); login(code.value.trim().replace(/^.*#/, "")); } },
    el("p", { class: "notice" }, words),
    el("label", {}, "The address that navi serve --page prints, or its code", code),
    el("div", { class: "row" }, el("button", { type: "submit", class: "main" }, "Log in")));
  return { element: form };
}

async function login(code) {
  try {
    await request("POST", "/api/login", { token: code });
    history.replaceState(null, "", "#/");
    route();
  } catch (error) {
    page.show(loginView(error.message));
  }
}

function route() {
  const hash = location.hash;
  if (hash.length > 1 && !hash.startsWith("#/")) {
    history.replaceState(null, "", "#/");
    return login(hash.slice(1));
  }
  const session = /^#\/s\/([A-Za-z0-9_-]{1,64})$/.exec(hash)?.[1];
  document.getElementById("back").hidden = !session;
  page.title("navi");
  page.show(session ? new SessionView(session, page) : new ListView(page));
  window.scrollTo(0, session ? document.documentElement.scrollHeight : 0);
}

window.addEventListener("hashchange", route);
route();
