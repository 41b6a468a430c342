"""Lingering: without it the service manager of a user, and all it runs, ends at the logout."""

import os


def lingers(user: str) -> bool:
    """Does the service manager of a user run from boot on, whoever is logged in? (loginctl(1))"""
    return os.path.exists(f"/var/lib/systemd/linger/{user}")
