"""What runs in the sandbox. Nothing here imports the rest of the project, because the sandbox does not have it."""
