"""Talk to the init system: reads over a small D-Bus client, actions over dbus-next."""
