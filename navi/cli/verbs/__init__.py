"""The verbs: a module for each, or for those that are alike. verb_table.py lists them."""
