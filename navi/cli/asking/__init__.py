"""How verbs ask hosts: finding sessions, carrying out changes, waiting across lost connections, reporting unknowns."""
