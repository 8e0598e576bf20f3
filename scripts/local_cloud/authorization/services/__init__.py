"""Which resources a request of each service is about: one module a service, each with ``accesses``.

Services without a module are judged for the resource ``*``; docs/local_cloud.md lists them.
"""
