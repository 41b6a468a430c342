"""Make the disk match a bundle: compare, apply, remove, restore; all or nothing.

The doors: `apply.apply`, `apply.preview`, `remove.remove`, `restore.restore`, `secrets`, `drift`.
"""
