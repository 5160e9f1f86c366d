"""How verbs ask hosts: changes and their outcomes, waiting, and what stays unknown."""
