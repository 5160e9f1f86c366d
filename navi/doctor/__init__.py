"""The checks of `navi doctor`: what is wrong between this machine and a session, step by step."""
