"""What every command shares: arguments, errors, progress, streams, child processes."""
