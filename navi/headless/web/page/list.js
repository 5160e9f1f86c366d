// All sessions, and the form for another one.

import { device, request } from "./api.js";
import { age, button, el, keep, load, replace } from "./dom.js";

const EVERY = 2000, PAGE = 50;

export class ListView {
  constructor(page) {
    Object.assign(this, { page, shown: "", limit: PAGE });
    this.sessions = el("ul", { class: "sessions" });
    this.more = button("Show more", () => { this.limit += PAGE; this.refresh(); });
    this.form = new SpawnForm();
    this.notice = el("p", { class: "notice", role: "status", hidden: true });
    this.element = el("div", {}, this.form.element, this.notice, this.sessions, this.more);
    this.refresh();
    this.timer = setInterval(() => document.visibilityState === "visible" && this.refresh(), EVERY);
    this.wake = () => document.visibilityState === "visible" && this.refresh();
    document.addEventListener("visibilitychange", this.wake);
    window.addEventListener("online", this.wake);
  }

  close() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.wake);
    window.removeEventListener("online", this.wake);
  }

  async refresh() {
    try {
      const found = await request("GET", `/api/sessions?limit=${this.limit}`);
      this.page.connection(true);
      this.draw(found.sessions);
    } catch (error) {
      if (error.status === 401) this.page.refused(error);
      else this.page.connection(false);
    }
  }

  draw(sessions) {
    const asked = sessions.reduce((sum, one) => sum + one.open_questions, 0);
    this.page.title("navi", asked);
    const rows = [...sessions].sort((one, other) => Boolean(other.open_questions) - Boolean(one.open_questions));
    const text = JSON.stringify([rows, age(Date.now() / 1000 - 60), Math.floor(Date.now() / 60000)]);
    if (text === this.shown) return;
    this.shown = text;
    const focused = document.activeElement?.getAttribute("href");
    replace(this.sessions, rows.map(row));
    if (focused) [...this.sessions.querySelectorAll("a")].find((one) => one.getAttribute("href") === focused)?.focus();
    this.more.hidden = sessions.length < this.limit;
    this.notice.hidden = sessions.length > 0;
    this.notice.textContent = "No sessions without a terminal yet.";
  }
}

function row(session) {
  const questions = session.open_questions;
  return el("li", {}, el("a", { href: `#/s/${session.id}` },
    el("strong", {}, session.title || session.id),
    el("span", { class: "facts" },
      el("span", { class: `status ${session.status}` }, session.status),
      session.badge ? el("span", { class: "badge" }, session.badge) : null,
      session.host ? el("span", {}, `[${session.host}]`) : null,
      questions ? el("span", { class: "status question" }, `${questions} ${questions === 1 ? "question" : "questions"}`) : null,
      el("span", { class: "dim" }, [session.cwd, age(session.last_activity_at)].filter(Boolean).join(" · ")))));
}

const MODES = ["", "default", "acceptEdits", "plan", "bypassPermissions"];

class SpawnForm {
  constructor() {
    this.prompt = el("textarea", { rows: 3, required: true, "aria-label": "What the agent is to do", placeholder: "What the agent is to do", oninput: () => keep("draft:spawn", this.prompt.value) });
    this.prompt.value = load("draft:spawn", "");
    this.host = el("select", {});
    this.harness = el("select", {});
    this.cwd = el("input", { type: "text", autocapitalize: "none", spellcheck: "false", placeholder: "the home directory" });
    this.model = el("input", { type: "text", autocapitalize: "none", spellcheck: "false", placeholder: "the agent's own" });
    this.mode = el("select", {}, MODES.map((one) => el("option", { value: one }, one || "the agent's own")));
    this.result = el("p", { class: "notice bad", role: "alert", hidden: true });
    this.submit = el("button", { type: "submit", class: "main" }, "Start");
    const form = el("form", { onsubmit: (event) => { event.preventDefault(); this.spawn(); } },
      this.prompt,
      el("label", {}, "Host", this.host), el("label", {}, "Directory there", this.cwd),
      el("label", {}, "Agent", this.harness), el("label", {}, "Model", this.model), el("label", {}, "Permission mode", this.mode),
      this.result, el("div", { class: "row" }, this.submit));
    this.element = el("details", { ontoggle: () => this.choices() }, el("summary", {}, "New session"), form);
  }

  // Offer what the relay can reach and start.
  async choices() {
    if (!this.element.open) return;
    try {
      const { connected, capabilities } = await request("GET", "/api/daemon/status");
      this.fail(connected ? "" : "No relay is connected, so no agent can be started: navi daemon start starts it.");
      fill(this.host, (capabilities.hosts ?? ["local"]).map((one) => [one, one === "local" ? "the machine of navi" : one]));
      fill(this.harness, (capabilities.spawnable_harnesses ?? []).map((one) => [one.id, one.name]));
    } catch (error) {
      this.fail(error.message);
    }
  }

  fail(words) {
    this.result.hidden = !words;
    this.result.textContent = words;
  }

  async spawn() {
    this.submit.disabled = true;
    try {
      const made = await request("POST", "/api/sessions/spawn", {
        prompt: this.prompt.value, host: this.host.value || "local", cwd: this.cwd.value.trim(), harness: this.harness.value || "claude-code",
        model: this.model.value.trim(), permission_mode: this.mode.value, by: device,
      });
      this.prompt.value = "";
      keep("draft:spawn", "");
      if (made.new_folder) keep(`first:${made.session_id}`, true);
      location.hash = `#/s/${made.session_id}`;
    } catch (error) {
      this.fail(error.message);
    } finally {
      this.submit.disabled = false;
    }
  }
}

function fill(select, options) {
  const before = select.value;
  replace(select, options.map(([value, words]) => el("option", { value }, words)));
  if (options.some(([value]) => value === before)) select.value = before;
}
