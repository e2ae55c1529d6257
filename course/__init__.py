"""What chapters and assignments import: data, landscapes, a small network, plots, and checks."""
