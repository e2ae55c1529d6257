"""The reference solutions: one module a topic, one small pure function an idea."""
