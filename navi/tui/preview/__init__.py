"""The preview: what the pane of the selected session shows."""
