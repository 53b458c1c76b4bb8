"""Generated from proto/holdfast/outbox/v1 by `make proto`. Never edit."""
