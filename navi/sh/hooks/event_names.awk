# Defines Claude Code's names for the events of other agents. Agents that adopted its hooks adopted most of its names,
# too.

# known_event(NAME): Claude Code's name for an event; other names stay as they are.
function known_event(name) {
    if (name == "BeforeAgent") return "UserPromptSubmit" # Gemini CLI
    if (name == "AfterTool") return "PostToolUse"
    if (name == "AfterAgent") return "Stop"
    return name
}

# known_notification(TYPE): the same for the type of a notification.
function known_notification(type) {
    return type == "ToolPermission" ? "permission_prompt" : type
}
