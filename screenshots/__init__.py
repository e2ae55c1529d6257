"""The pictures of README.md, and what takes them."""
