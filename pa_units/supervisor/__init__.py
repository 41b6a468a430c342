"""The built-in supervisor: keeps agents running where no init system does. A daemon: it reads
compiled plans, imports the standard library alone, and does nothing while nothing happens."""
