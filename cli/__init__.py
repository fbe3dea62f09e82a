"""How `starter.py` reads what people type, and how it shows them cases."""
