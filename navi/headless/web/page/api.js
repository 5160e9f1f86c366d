// Asking the hub, and a WebSocket that comes back by itself.

export class Failed extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

// Return the answer of the hub. Raise Failed: with status 0 if the hub can't be reached.
export async function request(method, path, body) {
  let answer;
  try {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    const signal = AbortSignal.timeout(method === "GET" ? READ_WITHIN : DO_WITHIN);
    answer = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Failed(0, "navi can't be reached");
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Failed(answer.status, found.error || `the answer was ${answer.status}`);
  return found;
}

export const device = /Mobi|Android|iPhone|iPad/.test(navigator.userAgent) ? "phone" : "browser";

export function id() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 15 | 64;
  bytes[8] = bytes[8] & 63 | 128;
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// The version of navi that served this page; the hub may be another one by now.
const version = () => document.querySelector("meta[name=navi-version]").content;

const READ_WITHIN = 15000, DO_WITHIN = 120000;

const PAUSES = [300, 1000, 2000, 4000, 8000];
const PING_EVERY = 10000, PONG_WITHIN = 4000, CONNECTED_WITHIN = 10000;

// A WebSocket to a session. `hear` gets each message, and whether it is the first one of a connection; `changed` gets
// whether there is a connection.
export class Link {
  constructor(session, hear, changed, refused) {
    Object.assign(this, { session, hear, changed, refused, attempt: 0, ended: false, socket: null });
    this.wake = () => document.visibilityState === "visible" && this.check();
    for (const [where, what] of this.events()) where.addEventListener(what, this.wake);
    this.heart = setInterval(() => document.visibilityState === "visible" && this.socket?.readyState === WebSocket.OPEN && this.check(), PING_EVERY);
    this.open();
  }

  events() {
    return [[document, "visibilitychange"], [window, "online"], [window, "pageshow"]];
  }

  close() {
    this.ended = true;
    clearInterval(this.heart);
    for (const [where, what] of this.events()) where.removeEventListener(what, this.wake);
    clearTimeout(this.timer);
    this.drop();
  }

  // Return whether the message went out.
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  open() {
    clearTimeout(this.timer);
    this.drop();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = this.socket = new WebSocket(`${scheme}://${location.host}/api/sessions/${this.session}/ws`);
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", version: version(), program: "page" }));
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      const message = JSON.parse(event.data);
      if (message.code === "VERSION") {
        this.close();
        return this.refused(new Failed(409, message.message));
      }
      clearTimeout(this.silence);
      const first = message.type === "connected" && !socket.greeted;
      if (first) {
        socket.greeted = true;
        this.attempt = 0;
        this.changed(true);
      }
      this.hear(message, first);
    };
    socket.onclose = () => socket === this.socket && this.lost();
    this.silence = setTimeout(() => this.lost(), CONNECTED_WITHIN);
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.silence);
    socket?.close();
  }

  lost() {
    this.drop();
    if (this.ended) return;
    this.changed(false);
    const pause = PAUSES[Math.min(this.attempt++, PAUSES.length - 1)] * (0.8 + Math.random() * 0.4);
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      try {
        await request("GET", `/api/sessions/${this.session}/info`);
      } catch (error) {
        if (this.ended) return;
        if (error.status === 401 || error.status === 404) return this.refused(error);
        return this.lost();
      }
      if (!this.ended) this.open();
    }, pause);
  }

  // After a sleep a connection can be dead without knowing it.
  check() {
    if (!this.send({ type: "ping" })) {
      this.attempt = 0;
      return this.open();
    }
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), PONG_WITHIN);
  }
}
