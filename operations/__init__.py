"""What a person or a program can ask for: plain functions with their collaborators as arguments."""
