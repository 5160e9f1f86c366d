"""How verbs ask hosts: changes, what became of them, waiting, and what stays unknown."""
