"""What holds a socket or a queue: frames in and out, and the broker they travel on."""
