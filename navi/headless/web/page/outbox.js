// What a person sends. It stays on this device until the agent has taken it up, through sleep, reload and lost networks.

import { device, id } from "./api.js";
import { button, el, keep, load, replace } from "./dom.js";

const WORDS = {
  here: "on this device only; sent when navi is back",
  queued: "queued at navi",
  handed: "handed over to the agent's host",
  expired: "not taken up before the agent ended",
};

export class Outbox {
  constructor(session, send) {
    Object.assign(this, { session, send });
    this.key = `outbox:${session}`;
    this.entries = load(this.key, []);
    this.others = new Map();
    this.element = el("ul", { class: "log", "aria-label": "Messages on their way" });
    this.draw();
  }

  add(content) {
    this.entries.push({ uuid: id(), content, state: "here" });
    this.changed();
    this.flush();
  }

  // Send again what navi may not have. It takes each one once, whoever sends it again. One that was too much is not sent
  // by itself: whoever sees that it was not taken decides.
  flush() {
    for (const one of this.entries) {
      if (one.state !== "expired" && !one.tooMuch && !this.send({ type: "user_message", uuid: one.uuid, content: one.content, by: device })) Object.assign(one, { state: "here", why: "" });
    }
    this.changed();
  }

  // The connection is lost: what navi had is still there, what it had not is here.
  lost() {
    this.draw();
  }

  // Note how far an input came, and why it did not get to the agent's host.
  set(uuid, state, { body, kind } = {}, why = "") {
    const mine = this.entries.find((one) => one.uuid === uuid);
    if (state === "taken" || (kind === "mode" && state === "expired")) {
      this.entries = this.entries.filter((one) => one !== mine);
      this.others.delete(uuid);
    } else if (mine) {
      Object.assign(mine, { state, error: "", why });
    } else if (body) {
      this.others.set(uuid, { uuid, content: kind === "mode" ? `Permission mode: ${body}` : body, state, why });
    }
    this.changed();
  }

  // Forget what others sent and is open no more.
  keepOnly(open) {
    for (const uuid of [...this.others.keys()]) if (!open.includes(uuid)) this.others.delete(uuid);
    this.draw();
  }

  // What was sent as feedback is at navi now, if it was sent from here.
  queued(uuid) {
    const mine = this.entries.find((one) => one.uuid === uuid);
    if (mine) this.remove(mine);
  }

  refuse(uuid, words, code) {
    const mine = this.entries.find((one) => one.uuid === uuid);
    if (mine) Object.assign(mine, { state: "here", error: words, tooMuch: code === "RATE_LIMITED" });
    this.changed();
  }

  remove(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    this.changed();
  }

  changed() {
    keep(this.key, this.entries);
    this.draw();
  }

  draw() {
    replace(this.element, [...this.others.values(), ...this.entries].map((one) => this.item(one)));
  }

  item(entry) {
    const state = WORDS[entry.state] ?? entry.state;
    const words = entry.error ? `not taken: ${entry.error}` : entry.why ? `${state}: ${entry.why}` : state;
    const mine = this.entries.includes(entry);
    return el("li", { class: "mine", "data-state": entry.state },
      el("div", { class: "text" }, entry.content),
      el("div", { class: "row dim" }, el("span", { class: "state" }, words),
        mine && (entry.state === "expired" || entry.error) && button("Send again", () => { this.remove(entry); this.add(entry.content); }),
        mine && (entry.state === "expired" || entry.error) && button("Remove", () => this.remove(entry))));
  }
}
