"""Pages that cover the list: help, hosts, details, git, comments."""
