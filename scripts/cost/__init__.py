"""What an environment costs a month, idle and for so many requests: a plan times a dated table of prices."""
