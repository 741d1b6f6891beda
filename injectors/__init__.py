"""How the world is bent and unbent: one fault a file, all behind `injectors.contract`. Never a clock or a record."""
