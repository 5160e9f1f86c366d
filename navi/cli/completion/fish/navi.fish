# fish completion for navi: fish looks for a file named after the command
source (status dirname)/navi-agents.fish
