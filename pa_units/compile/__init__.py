"""Pure: Spec + Facts → Bundle, one file or folder per target. Import its modules, not the package:
`compile` alone would shadow the builtin."""
