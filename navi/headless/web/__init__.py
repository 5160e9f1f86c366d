"""The hub over HTTP, on this machine only: REST, WebSockets and a page. Needs the extra `web`, h11 and wsproto."""
