// One session: what it is, its transcript, its questions, and what a person can do.

import { device, Link, request } from "./api.js";
import { ask, button, clock, el, keep, load, replace } from "./dom.js";
import { Outbox } from "./outbox.js";
import { Questions } from "./questions.js";
import { Transcript } from "./transcript.js";

const SHOWN_AT_FIRST = 200, PAGE = 100;
const OVER = ["complete", "failed", "archived"];

export class SessionView {
  constructor(id, page) {
    Object.assign(this, { id, page, info: null, next: null, inputs: new Map(), words: "", drawn: "", order: Promise.resolve() });
    this.transcript = new Transcript(this.inputs, () => this.earlier());
    this.questions = new Questions(id, (message) => this.link.send(message), (words) => this.transcript.note(words));
    this.outbox = new Outbox(id, (message) => this.link?.send(message));
    this.facts = el("div", { class: "facts", "data-facts": true });
    this.notices = el("div", { role: "status" });
    this.actions = el("div", { class: "row" });
    this.audit = el("details", { class: "dim", ontoggle: () => this.loadAudit() }, el("summary", {}, "Who did what"), el("ul", { class: "log" }));
    this.element = el("div", {}, this.facts, this.notices, this.audit, this.transcript.element, this.questions.element, this.outbox.element, this.composer());
    this.link = new Link(id, (message, first) => this.hear(message, first), (there) => this.changed(there), (error) => page.refused(error));
    this.after(() => this.load());
    this.refresh();
    this.timer = setInterval(() => document.visibilityState === "visible" && this.refresh(), 5000);
  }

  close() {
    clearInterval(this.timer);
    this.link.close();
  }

  composer() {
    this.text = el("textarea", { rows: 1, "aria-label": "A message to the agent", placeholder: "A message to the agent", oninput: () => keep(`draft:${this.id}`, this.text.value) });
    this.text.value = load(`draft:${this.id}`, "");
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit();
    });
    this.sendButton = button("Send", () => this.submit(), "main");
    return el("div", { class: "composer" }, this.text, el("div", { class: "row" }, this.sendButton, this.actions));
  }

  submit() {
    const content = this.text.value;
    if (!content.trim()) return;
    this.text.value = "";
    this.transcript.keepEnd(() => this.outbox.add(content));
    keep(`draft:${this.id}`, "");
  }

  // ---- what the hub reports

  hear(message, first) {
    const heard = {
      connected: () => this.connected(message, first),
      message: () => this.messages(message),
      partial: () => this.after(() => this.transcript.grow(message.text)),
      input: () => this.input(message),
      control_request: () => this.transcript.keepEnd(() => this.questions.add(message)),
      feedback_queued: () => this.after(() => this.queued(message)),
      feedback_delivered: () => this.transcript.note("Feedback was handed over."),
      question_resolved: () => this.questions.resolve(message.request_id, message.state, message.by),
      session_updated: () => this.updated(message),
      complete: () => this.ended(),
      error: () => this.error(message),
    };
    heard[message.type]?.();
  }

  connected(message, first) {
    this.transcript.keepEnd(() => this.questions.set(message.questions));
    this.after(() => this.outbox.keepOnly(message.inputs.map((one) => one.uuid)));
    for (const one of message.inputs) this.input(one);
    if (first) this.subscribe(message.last_index);
    this.status(message.status);
    this.refresh();
  }

  // Ask for what was missed, and send what waits here: once on each connection.
  subscribe(last) {
    if (this.next === null || this.next > last + 1) {
      this.next = Math.max(0, last + 1 - SHOWN_AT_FIRST);
      this.transcript.showEarlier(this.next);
    }
    this.link.send({ type: "subscribe", from_index: this.next, form: "events" });
    this.outbox.flush();
    if (this.transcript.unknown.length) this.after(() => this.load());
  }

  messages(message) {
    this.next = message.index + message.messages.length;
    this.learn(message.messages.flat().filter((one) => one.event === "taken").map((one) => one.uuid));
    this.after(() => this.transcript.add(message.messages));
  }

  input(message) {
    const queued = message.state !== "expired";
    const what = message.kind === "mode" ? `permission mode ${message.content}` : "interrupt";
    if (message.error && !queued) this.say(`The agent refused the ${what}: ${message.error}`);
    if (message.content) this.inputs.set(message.uuid, { body: message.content, by: message.by, kind: message.kind });
    this.learn([message.uuid]);
    this.after(() => this.outbox.set(message.uuid, message.state, this.inputs.get(message.uuid), queued ? message.error ?? "" : ""));
  }

  // An agent in a terminal gets what is sent as feedback, when its turn ends.
  queued(message) {
    this.outbox.queued(message.uuid);
    this.transcript.note(`Feedback is queued (${message.position}); the agent gets it when its turn ends.`);
  }

  // Learn the texts of inputs that another device sent.
  learn(uuids) {
    this.after(() => uuids.every((one) => this.inputs.has(one)) ? null : this.load());
  }

  // Do something after all that came before it, so that nothing overtakes.
  after(work) {
    this.order = this.order.then(work).catch((error) => console.warn(error.message));
  }

  updated(message) {
    const before = this.info?.status;
    if (this.info && message.permission_mode != null) this.info.permission_mode = message.permission_mode;
    this.status(message.status, message.reason);
    if (before !== message.status || Boolean(message.ends) !== Boolean(this.info?.end_asked)) {
      this.refresh();
      if (!OVER.includes(message.status)) this.outbox.flush();
    }
  }

  ended() {
    this.questions.set([]);
    this.refresh();
  }

  error(message) {
    if (message.uuid) this.outbox.refuse(message.uuid, message.message, message.code);
    else if (message.request_id) this.questions.refuse(message.request_id, message.message);
    else this.say(message.message);
  }

  changed(there) {
    this.page.connection(there);
    if (!there) this.outbox.lost();
  }

  // ---- what is known of it

  status(status, reason) {
    if (this.info) Object.assign(this.info, { status, reason: reason ?? this.info.reason });
    this.draw();
  }

  async load() {
    const info = await request("GET", `/api/sessions/${this.id}`);
    for (const one of info.inputs) this.inputs.set(one.uuid, one);
    this.transcript.fill();
  }

  async refresh() {
    try {
      this.info = await request("GET", `/api/sessions/${this.id}/info`);
      this.draw();
    } catch (error) {
      if (error.status === 401 || error.status === 404) this.page.refused(error);
    }
  }

  async earlier() {
    const from = Math.max(0, this.transcript.first - PAGE);
    const found = await this.attempt("GET", `messages?from_index=${from}&limit=${this.transcript.first - from}&form=events`);
    if (found) this.transcript.addEarlier(from, found.messages);
  }

  // ---- what a person does

  // Ask the hub for something of this session; report a failure and return null.
  async attempt(method, what, body) {
    try {
      return await request(method, `/api/sessions/${this.id}/${what}`, body);
    } catch (error) {
      this.say(error.message);
      return null;
    }
  }

  // Begin a new conversation with what is stored of the one so far.
  anew() {
    ask("Begin a new conversation?", `The agent of ${this.name()} begins a new conversation. What is stored of the one so far is its first message; of very long ones, the end.`, "Begin it", () => this.resume(true));
  }

  async resume(anew = false) {
    if (await this.attempt("POST", "resume", { by: device, anew })) {
      this.say("");
      await this.refresh();
      this.link.open();
    }
  }

  async setMode(mode) {
    if (mode && await this.attempt("POST", "mode", { mode, by: device })) this.say("");
    this.drawn = ""; // what was chosen is not in force yet
    await this.refresh();
  }

  async loadAudit() {
    const found = this.audit.open && await this.attempt("GET", "audit");
    if (found) replace(this.audit.querySelector("ul"), found.audit.reverse().map((one) => el("li", {},
      `${clock(one.at)} ${one.who || "somebody"} ${one.what}${one.detail ? ` (${one.detail})` : ""}${one.origin ? `, from ${one.origin}` : ""}`)));
  }

  interrupt() {
    const sent = this.link.send({ type: "interrupt", by: device });
    this.say(sent ? "" : "Nothing was interrupted: there is no connection to navi.");
  }

  end() {
    const when = this.info.status === "disconnected" ? " as soon as its host can be reached" : "";
    ask("End the agent?", `This ends the agent of ${this.name()} and the turn that it is in${when}. Its conversation stays, and Resume goes on with it.`, "End it", async () => {
      if (await this.attempt("POST", "end", { by: device })) this.say("");
      await this.refresh();
    });
  }

  // Let the agent go on that was to end when its host is reached.
  async goOn() {
    if (await this.attempt("DELETE", "end")) this.say("");
    await this.refresh();
  }

  open() {
    const where = this.info.host || "the machine of navi";
    ask("Open in a terminal?", `This ends the agent here and goes on with its conversation in tmux on ${where}. From then on it is a session of a terminal, for good.`, "Open it", async () => {
      this.say("Opening it in a terminal; this takes up to a minute.");
      const found = await this.attempt("POST", "open", { by: device });
      if (found) this.say(found.note);
      await this.refresh();
    });
  }

  say(words) {
    this.words = words;
    this.draw();
  }

  // ---- drawing

  name() {
    return this.info.title || this.info.id;
  }

  draw() {
    const info = this.info;
    if (!info) return;
    this.page.title(this.name(), this.questions.open.size);
    const { status, badge, host, harness, model, permission_mode: mode, modes, cwd, reason, remote, interactive, tmux_name: tmux, end_asked: end, lost } = info;
    const drawn = JSON.stringify([status, badge, host, harness, model, mode, modes, cwd, reason, remote, interactive, tmux, end, lost, this.words]);
    if (drawn === this.drawn) return; // else whoever is about to press a button would lose it
    this.drawn = drawn;
    replace(this.facts,
      el("span", { class: `status ${info.status}` }, info.status),
      info.badge && el("span", { class: "badge" }, info.badge),
      info.host && el("span", {}, `[${info.host}]`),
      el("span", { class: "dim" }, [info.harness, info.model, info.permission_mode, info.cwd].filter(Boolean).join(" · ")));
    replace(this.notices, this.words && el("p", { class: "notice" }, this.words), this.notice(), this.firstThere());
    const live = info.remote && !OVER.includes(info.status);
    replace(this.actions,
      live && info.status !== "disconnected" && button("Interrupt", () => this.interrupt()),
      live && this.modes(),
      live && !this.endsLater() && button("End", () => this.end(), "bad"),
      live && this.endsLater() && button("Do not end it", () => this.goOn()),
      info.remote && OVER.includes(info.status) && button("Resume", () => this.resume(), info.lost ? "" : "main"),
      info.remote && OVER.includes(info.status) && info.last_index >= 0 && button("Begin anew", () => this.anew(), info.lost ? "main" : ""),
      info.remote && info.status !== "disconnected" && button("Open in a terminal", () => this.open()));
    this.sendButton.disabled = this.text.disabled = !info.remote && !info.interactive;
  }

  // Return the permission modes that the agent can have, to choose from.
  modes() {
    const modes = this.info.modes ?? [], mode = this.info.permission_mode;
    if (!modes.length) return null;
    const choices = modes.includes(mode) ? modes : [mode, ...modes];
    return el("select", { "aria-label": "Permission mode", onchange: (event) => this.setMode(event.target.value) },
      choices.map((one) => el("option", { value: one, selected: one === mode }, one || "permission mode")));
  }

  endsLater() {
    return this.info.status === "disconnected" && Boolean(this.info.end_asked);
  }

  firstThere() {
    if (!load(`first:${this.id}`, false)) return null;
    const notice = el("p", { class: "notice" }, "It is the first one in its folder: the agent runs that folder's hooks and servers without asking. ",
      button("OK", () => { keep(`first:${this.id}`, ""); notice.remove(); }));
    return notice;
  }

  // Say what the state means for the person.
  notice() {
    const info = this.info;
    if (!info.remote) {
      const address = info.host ? `${info.host}/${info.tmux_name}` : info.tmux_name;
      return info.tmux_name
        ? el("p", { class: "notice" }, "It goes on in a terminal: ", el("code", {}, `navi attach ${address}`))
        : el("p", { class: "notice" }, "It is a session of a terminal.");
    }
    if (this.endsLater()) {
      return el("p", { class: "notice bad" }, `Disconnected: ${info.host || "this machine"} or the relay can't be reached. ${info.end_asked_by || "Somebody"} asked for the end of the agent at ${clock(info.end_asked)}: it ends as soon as it is reached. What you send is kept until it is resumed.`);
    }
    if (info.status === "disconnected") {
      return el("p", { class: "notice bad" }, `Disconnected: ${info.host || "this machine"} or the relay can't be reached; the last output came ${clock(info.last_activity_at)}. What you send or answer is kept by navi and handed over when it is back. The agent itself goes on if its host runs.`);
    }
    if (info.lost) {
      return el("p", { class: "notice bad" }, `The agent could not go on with its conversation: ${info.reason}. Begin anew begins a new one with what is stored of it.`);
    }
    if (OVER.includes(info.status)) {
      return el("p", { class: "notice" }, `The agent has ended${info.reason ? `: ${info.reason}` : ""}. Resume goes on with its conversation; what you send before stays on this device until then.`);
    }
    return info.reason ? el("p", { class: "notice" }, info.reason) : null;
  }
}
