"""What the dashboard offers a newcomer: hosts of ~/.ssh/config, and the agents' hooks. Each offer comes once."""
