"""What an upgrade must not lose: stateful resources, from release to release. docs/upgrading.md."""
