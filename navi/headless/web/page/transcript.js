// What an agent printed, as elements: texts, uses of tools with their results, edits as diffs.

import { button, clean, el, replace } from "./dom.js";

const MOST_ITEMS = 1500;
const NEAR_END = 120;
const ENDS_GROWING = ["text", "tool_call", "turn_ended"]; // a receipt can come behind the text that it begins

export class Transcript {
  constructor(inputs, earlier) {
    this.inputs = inputs;
    this.log = el("ol", { class: "log", role: "log", "aria-label": "What the agent printed" });
    this.growing = el("p", { class: "text growing", hidden: true, "data-partial": true });
    this.before = el("div", { class: "row" }, button("Show earlier", earlier));
    this.element = el("section", {}, this.before, this.log, this.growing);
    this.calls = new Map();
    this.unknown = [];
    this.partial = "";
    this.showEarlier(0);
  }

  showEarlier(index) {
    this.first = index;
    this.before.hidden = index <= 0;
  }

  // Add the events of messages at the end; the view follows if its end was in sight.
  add(messages) {
    this.keepEnd(() => {
      for (const events of messages) {
        const items = this.items(events);
        if (events.some((one) => ENDS_GROWING.includes(one.event))) this.grow("", true);
        this.log.append(...items);
      }
      while (this.log.childElementCount > MOST_ITEMS) this.log.firstElementChild.remove();
    });
  }

  // Put the events of earlier messages before the others, and leave what is in sight where it is.
  addEarlier(index, messages) {
    const from = document.documentElement.scrollHeight - window.scrollY;
    this.log.prepend(...messages.flatMap((events) => this.items(events)));
    this.showEarlier(index);
    window.scrollTo(0, document.documentElement.scrollHeight - from);
  }

  // Show text that is being written; the whole text replaces it.
  grow(text, whole = false) {
    this.partial = whole ? "" : (this.partial + clean(text)).slice(-20000);
    this.keepEnd(() => {
      this.growing.textContent = this.partial;
      this.growing.hidden = !this.partial;
    });
  }

  // Show the inputs whose texts came late.
  fill() {
    this.unknown = this.unknown.filter((fill) => !fill());
  }

  note(words) {
    this.keepEnd(() => this.log.append(el("li", { class: "dim" }, words)));
  }

  keepEnd(change) {
    const page = document.documentElement;
    const atEnd = page.scrollHeight - window.scrollY - window.innerHeight < NEAR_END;
    change();
    if (atEnd) window.scrollTo(0, page.scrollHeight);
  }

  items(events) {
    return events.map((one) => SHOWN[one.event]?.(one, this)).filter(Boolean).map((one) => el("li", {}, one));
  }
}

function text(event) {
  if (!clean(event.text).trim()) return null;
  if (event.who === "agent") return el("div", { class: "text" }, event.text);
  if (event.who === "user") return el("div", { class: "text mine" }, event.text);
  const name = event.who === "thought" ? "Thought" : "Note";
  return el("details", { class: "dim" }, el("summary", {}, name), el("div", { class: "text" }, event.text));
}

function taken(event, transcript) {
  const place = el("div", { class: "mine", hidden: true });
  const fill = () => {
    const input = transcript.inputs.get(event.uuid);
    if (!input) return false;
    replace(place, el("div", { class: "text" }, input.body), input.by && el("div", { class: "dim" }, input.by));
    place.hidden = false;
    return true;
  };
  if (!fill()) transcript.unknown.push(fill);
  return place;
}

function toolCall(event, transcript) {
  const line = summary(event.input);
  const made = el("details", {}, el("summary", {}, el("strong", {}, event.tool), " ", line.slice(0, 200)), details(event.tool, event.input));
  transcript.calls.set(event.id, made);
  if (transcript.calls.size > MOST_ITEMS) transcript.calls.delete(transcript.calls.keys().next().value);
  return made;
}

function toolResult(event, transcript) {
  const call = transcript.calls.get(event.id);
  const lines = clean(event.text).split("\n").length;
  const name = event.failed ? "It failed" : `Result, ${lines} ${lines === 1 ? "line" : "lines"}`;
  const shown = el("details", { class: event.failed ? "status failed" : "" }, el("summary", {}, name), el("pre", {}, event.text));
  if (!call?.isConnected) return clean(event.text).trim() ? shown : null;
  if (clean(event.text).trim()) call.append(shown);
  return null;
}

function turnEnded(event) {
  if (event.outcome === "done") return event.refused?.length ? el("p", { class: "dim" }, `It was not allowed to use ${event.refused.join(", ")}.`) : null;
  return el("p", { class: "status failed" }, event.outcome === "interrupted" ? "The turn was interrupted." : `The turn failed. ${event.text}`);
}

const SHOWN = {
  text, taken,
  tool_call: toolCall,
  tool_result: toolResult,
  turn_ended: turnEnded,
  asked: (event) => el("p", { class: "dim" }, `It asked: ${event.tool} ${summary(event.input).slice(0, 200)}`),
  refused: (event) => el("p", { class: "status failed" }, event.reason),
  raw: (event) => el("pre", { class: "dim" }, event.text.slice(0, 1000)),
};

// Return in one line what a tool is to do.
export function summary(input) {
  for (const name of ["command", "file_path", "path", "pattern", "url", "query", "prompt"]) {
    if (typeof input?.[name] === "string") return clean(input[name]).split("\n")[0];
  }
  return input && Object.keys(input).length ? clean(JSON.stringify(input)) : "";
}

const PATHS = ["file_path", "notebook_path", "path"];
const LEFT_OUT = ["description", "timeout"]; // they change nothing of what is done

// Return all that a tool is to do: where, what it changes in files as a diff, and each other member with its name.
export function details(tool, input = {}) {
  const text = (name) => typeof input?.[name] === "string", shown = new Set(LEFT_OUT), parts = [];
  const show = (names, part) => { names.forEach((name) => shown.add(name)); parts.push(part); };
  const path = PATHS.find(text);
  if (path) show([path], el("p", {}, el("code", {}, input[path])));
  if (path && text("content")) show(["content"], el("pre", { class: "diff" }, diff("", input.content)));
  const edits = Array.isArray(input?.edits) ? input.edits : [];
  if (edits.length && edits.every(isEdit)) show(["edits"], edits.map((one) => el("pre", { class: "diff" }, diff(one.old_string, one.new_string))));
  if (text("old_string") && text("new_string")) show(["old_string", "new_string"], el("pre", { class: "diff" }, diff(input.old_string, input.new_string)));
  if (text("command")) show(["command"], el("pre", {}, input.command));
  if (text("plan")) show(["plan"], el("div", { class: "text" }, input.plan));
  const rest = Object.entries(input ?? {}).filter(([name]) => !shown.has(name));
  return [...parts, ...rest.map(([name, value]) => el("pre", {}, `${name}: ${typeof value === "string" ? value : JSON.stringify(value, null, 2)}`))];
}

// Return whether something has an old and a new text, and nothing else.
function isEdit(one) {
  const names = Object.keys(one ?? {});
  return names.length === 2 && typeof one.old_string === "string" && typeof one.new_string === "string";
}

// Return the lines of a diff. Lines at both ends that are the same are context, of which three are shown.
export function diff(before, after) {
  const old = before ? clean(before).split("\n") : [], made = clean(after).split("\n");
  let head = 0, tail = 0;
  const most = Math.min(old.length, made.length);
  while (head < most && old[head] === made[head]) head++;
  while (tail < most - head && old[old.length - 1 - tail] === made[made.length - 1 - tail]) tail++;
  const lines = (from, mark, kind) => from.map((line) => el("span", { class: kind }, `${mark} ${line}`));
  return [
    ...lines(old.slice(Math.max(0, head - 3), head), " ", ""),
    ...lines(old.slice(head, old.length - tail), "-", "removed"),
    ...lines(made.slice(head, made.length - tail), "+", "added"),
    ...lines(old.slice(old.length - tail).slice(0, 3), " ", ""),
  ];
}
