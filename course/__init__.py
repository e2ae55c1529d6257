"""What the chapters and the assignments share: data, landscapes, a small network, plots, and checks."""
