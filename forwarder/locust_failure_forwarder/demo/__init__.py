"""A small world to try the forwarder in: receivers and a failing service on this machine. Nothing else imports it."""
