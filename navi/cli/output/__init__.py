"""What verbs print: results, JSON, progress, tables, transcripts."""
