"""The queues between gateway and domain: RabbitMQ, or the same in one process."""
