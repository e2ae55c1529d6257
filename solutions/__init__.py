"""The reference solutions: one module per topic, one small pure function per idea."""
