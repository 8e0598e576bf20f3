"""A local AWS for this project: moto's server, with what moto lacks, on 127.0.0.1 only.

``python -m scripts.local_cloud serve|start|stop --state-dir .local``. See docs/local_cloud.md.
"""
