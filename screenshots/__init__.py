"""The pictures of README.md, and how they are taken."""
