"""Libraries and buffers to running steps."""
