"""HTTP: endpoints and schemas, one file per room."""
