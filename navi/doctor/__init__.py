"""Finding out, step by step, what is wrong between this machine and a session."""
