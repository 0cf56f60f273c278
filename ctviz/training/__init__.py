"""Making models: `ctviz train`."""
