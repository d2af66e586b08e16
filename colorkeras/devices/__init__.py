"""What a run computes on: backend, number format, devices, replicas."""
