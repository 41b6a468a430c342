"""The spec language: text in, frozen agents and problems with positions out."""
