// navi: tells what OpenCode does in this tmux session. Written by `navi hooks install`, taken away by
// `navi hooks remove`; changes made here are lost. It must never disturb OpenCode: all that fails, fails silently.
import { spawn } from "node:child_process"
import { homedir } from "node:os"

const folder = "~/.claude-sessions"
const quietly = 1000 // milliseconds in which the same word is not sent again

// What is sent for an event: a word that the hook knows. First the events of OpenCode 1, then those of 2.
const words = {
  "chat.message": "chat.message",
  "tool.execute.before": "tool.execute.before",
  "tool.execute.after": "tool.execute.after",
  "session.created": "session.created",
  "session.idle": "session.idle",
  "session.error": "session.error",
  "permission.asked": "permission.asked",
  "permission.updated": "permission.updated",
  "permission.replied": "permission.replied",
  "question.asked": "Notification",
  "question.replied": "busy",
  "question.rejected": "busy",
  "session.execution.started": "busy",
  "session.retry.scheduled": "busy",
  "session.tool.input.started": "tool.execute.after",
  "session.execution.succeeded": "session.idle",
  "session.execution.interrupted": "session.idle",
  "session.execution.failed": "session.error",
  "form.created": "Notification",
  "form.replied": "busy",
  "form.cancelled": "busy",
}

const place = folder.startsWith("~/") ? homedir() + folder.slice(1) : folder

const runHook = (event) =>
  new Promise((resolve) => {
    try {
      const environment = { ...process.env }
      if (folder !== "~/.claude-sessions") environment.CLAUDE_SESSIONS_DIR = place
      const hook = spawn("sh", [`${place}/.navi/hook`, "opencode"], {
        env: environment,
        stdio: ["pipe", "ignore", "ignore"],
      })
      hook.on("error", resolve)
      hook.on("close", resolve)
      hook.stdin.on("error", () => {})
      hook.stdin.end(JSON.stringify(event))
    } catch {
      resolve()
    }
  })

// A function that tells a word: one after the other, so that the last word is the last one; nobody waits for it.
const teller = (directory) => {
  let last = ""
  let lastTime = 0
  let queue = Promise.resolve()
  return (word, tool, session) => {
    const now = Date.now()
    if (!word || (word === last && now - lastTime < quietly && !tool)) return
    last = word
    lastTime = now
    queue = queue.then(() => runHook({ hook_event_name: word, session_id: session, cwd: directory, tool_name: tool }))
  }
}

// A function that takes the events of either version. When a child, a session below another, is idle, the agent is
// not; but what it asks is asked of the user, in the session that the user has.
const listener = (report) => {
  const children = new Set()
  let current
  const tell = (word, tool) => report(word, tool, current)
  return ({ type, properties, data }) => {
    const facts = properties ?? data ?? {}
    const info = facts.info ?? facts
    const session = facts.sessionID ?? facts.form?.sessionID ?? info.id
    if (type === "session.created" && info.parentID) children.add(session)
    if (type === "session.deleted") children.delete(session)
    if (typeof session === "string" && session.startsWith("ses") && !children.has(session)) current = session
    if (children.has(session) && /^session\.(?!tool)/.test(type)) return
    if (type === "session.status") return tell(facts.status?.type === "idle" ? "session.idle" : "busy")
    if (Object.hasOwn(words, type)) tell(words[type], /^tool.execute.after$|^session.tool.input.started$/.test(type) ? facts.name : undefined)
  }
}

const quiet = (listen) => (event) => {
  try {
    listen(event)
  } catch {}
}

const inTmux = () => process.env.TMUX && process.env.TMUX_PANE

// OpenCode 1
const server = async ({ directory }) => {
  if (!inTmux()) return {}
  const listen = quiet(listener(teller(directory)))
  const hear = (type, input) => listen({ type, properties: { sessionID: input?.sessionID, name: input?.tool } })
  return {
    event: async ({ event }) => listen(event),
    "chat.message": async (input) => hear("chat.message", input),
    "tool.execute.before": async (input) => hear("tool.execute.before", input),
    "tool.execute.after": async (input) => hear("tool.execute.after", input),
  }
}

// OpenCode 2. Its background service is shared by all terminals and lives in the environment of the first one, so that
// whatever it sent would be about the wrong session.
const setup = async (context) => {
  if (!context?.event?.subscribe || !inTmux() || process.argv.includes("--service")) return
  const listen = quiet(listener(teller(process.cwd())))
  const follow = async () => {
    for await (const event of context.event.subscribe()) listen(event)
  }
  follow().catch(() => {})
}

export default { id: "navi", server, setup }
