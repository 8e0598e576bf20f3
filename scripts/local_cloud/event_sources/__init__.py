"""What calls functions by itself: queues, streams, rules of event buses, schedules, buckets."""
