"""Why the hub does not do what somebody wants of a session, and what can be done."""

ANEW = "navi resume --anew begins a new conversation with what is stored of this one"
"""What can be done where an agent has lost a conversation."""

NO_AGENT = "its agent has ended; navi resume goes on with it"
"""Why nothing can be sent."""

NEVER_STARTED = "the hub ended before it could start the agent; navi resume starts it"

IN_TERMINAL = "it goes on in a terminal; navi attach opens that"
"""Why a session takes no input here any more."""
