"""Completion for shells: what there is to complete comes from the click commands."""
