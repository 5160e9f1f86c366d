"""Values and pure rules: what there is on a host, and how navi parses, judges, sorts, cleans and formats it."""
