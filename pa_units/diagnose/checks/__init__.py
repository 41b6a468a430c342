"""One file per check: `find(seen)` gives what is wrong. *Pure.*"""
