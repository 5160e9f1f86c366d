"""Questions, forms and reports above the footer."""
