"""The sandbox: student code runs shut in, and the grader speaks with it over a wire of plain data."""
