"""What keys do: the commands of the dashboard, by what they are about."""
