"""pa: one YAML agent spec in, native services out."""

__version__ = "0.1.0"
