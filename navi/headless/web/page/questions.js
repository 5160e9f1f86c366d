// What an agent asks, and the answers. An answer that could not be sent is kept on this device and sent later.

import { device } from "./api.js";
import { button, clean, el, keep, load, replace } from "./dom.js";
import { details, summary } from "./transcript.js";

export class Questions {
  constructor(session, send, note) {
    Object.assign(this, { session, send, note, open: new Map() });
    this.key = `answers:${session}`;
    this.element = el("section", { "aria-live": "polite", "aria-label": "Questions of the agent" });
  }

  // Take all that is open, as the hub has it at this moment.
  set(questions) {
    for (const id of [...this.open.keys()]) if (!questions.some((one) => one.request_id === id)) this.remove(id);
    for (const one of questions) this.add(one);
    const kept = load(this.key, {});
    for (const id of Object.keys(kept)) if (!this.open.has(id)) delete kept[id];
    keep(this.key, kept);
    for (const answer of Object.values(kept)) this.send(answer);
    for (const id of Object.keys(kept)) this.wait(id);
  }

  // One that comes again with other words replaces what was shown, and what was answered to that.
  add(question) {
    const shown = this.open.get(question.request_id), text = JSON.stringify([question.kind, question.tool ?? question.tool_name, question.input]);
    if (shown?.dataset.question === text) return;
    if (shown) this.remove(question.request_id);
    const card = this.card({ tool: question.tool ?? question.tool_name, ...question });
    card.dataset.question = text;
    this.open.set(question.request_id, card);
    this.element.append(card);
  }

  resolve(id, state, by) {
    const card = this.open.get(id);
    const words = state === "answered" ? `Answered by ${by || "somebody"}` : state === "withdrawn" ? "The agent asks this no more" : "It was not answered";
    if (card) this.note(`${words}: ${card.dataset.about}`);
    this.remove(id);
  }

  // An answer was refused: another one came first, or the agent does not ask any more.
  refuse(id, words) {
    const card = this.open.get(id);
    this.forget(id);
    if (!card) return; // everybody knows already what became of it
    this.note(words);
    for (const one of card.querySelectorAll("button, input, textarea")) one.disabled = false;
  }

  remove(id) {
    this.open.get(id)?.remove();
    this.open.delete(id);
    this.forget(id);
  }

  forget(id) {
    const kept = load(this.key, {});
    delete kept[id];
    keep(this.key, kept);
  }

  answer(id, answer) {
    const message = { type: "control_response", request_id: id, by: device, ...answer };
    keep(this.key, { ...load(this.key, {}), [id]: message });
    this.wait(id, this.send(message));
  }

  wait(id, sent = false) {
    const card = this.open.get(id);
    if (!card) return;
    for (const one of card.querySelectorAll("button, input, textarea")) one.disabled = true;
    replace(card.querySelector(".state"), el("span", {}, sent ? "Your answer was sent." : "Your answer is kept on this device, and sent when navi is back."));
  }

  card(question) {
    const kinds = { permission: "Permission", question: "Question", plan: "Plan" };
    const heading = `${kinds[question.kind] ?? "Question"}: ${question.tool}`;
    const about = question.kind === "question" ? first(question)?.question ?? "" : summary(question.input);
    const parts = question.kind === "question" ? this.choices(question) : this.decision(question);
    return el("article", { class: "question", "data-about": `${question.tool} ${clean(about).slice(0, 100)}`, "aria-label": heading },
      el("h2", {}, heading), parts, el("p", { class: "state dim", role: "status" }));
  }

  decision(question) {
    const reason = el("input", { type: "text", "aria-label": "A reason, for the agent", placeholder: "reason (optional)" });
    const plan = question.kind === "plan", [yes, no, ...further] = question.choices ?? [];
    const words = (choice, usual, plainly) => !choice || choice.label === plainly ? usual : choice.label;
    return [
      details(question.tool, question.input),
      el("div", { class: "row" },
        button(words(yes, plan ? "Approve" : "Allow", "Yes"), () => this.answer(question.request_id, { allow: true }), "main"),
        button(words(no, plan ? "Keep planning" : "Deny", "No"), () => this.answer(question.request_id, { allow: false, message: reason.value || null }), "bad"),
        question.takes_reason !== false && reason),
      further.length > 0 && el("div", { class: "further" },
        further.map((one) => button(one.label, () => this.answer(question.request_id, { allow: one.allow, option: one.option }), one.allow ? "" : "bad"))),
    ];
  }

  choices(question) {
    const parts = (Array.isArray(question.input?.questions) ? question.input.questions : []).map((one, number) => part(one, `${question.request_id}-${number}`));
    const send = () => {
      const answers = Object.fromEntries(parts.map((one) => [one.question, one.value()]));
      if (Object.values(answers).every(Boolean)) this.answer(question.request_id, { allow: true, answers });
    };
    return [
      ...parts.map((one) => one.element),
      el("div", { class: "row" }, button("Answer", send, "main"), button("Refuse", () => this.answer(question.request_id, { allow: false }), "bad")),
    ];
  }
}

function first(question) {
  return Array.isArray(question.input?.questions) ? question.input.questions[0] : null;
}

// Return one question with its choices: one or several of them, or words of one's own.
function part(question, name) {
  const options = Array.isArray(question?.options) ? question.options : [];
  const boxes = options.map((one) => el("input", { type: question.multiSelect ? "checkbox" : "radio", name, value: String(one?.label ?? "") }));
  const other = el("input", { type: "text", "aria-label": "Another answer", placeholder: "another answer" });
  const labels = options.map((one, number) => el("label", {}, boxes[number], el("span", {}, el("span", {}, one?.label), one?.description ? el("span", { class: "dim" }, ` ${one.description}`) : null)));
  return {
    question: String(question?.question ?? ""),
    element: el("fieldset", {}, el("legend", {}, question?.question), labels, other),
    value: () => other.value.trim() || options.filter((_, number) => boxes[number].checked).map((one) => String(one?.label ?? "")).join(", "),
  };
}
