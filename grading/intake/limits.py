"""How much of a submission is taken in."""

# The folder that was handed in.
MAX_SUBMISSION_BYTES = 64 * 2**20
MAX_ENTRIES = 200
MAX_FILE_BYTES = 16 * 2**20
MAX_FILE_NAME_CHARACTERS = 120
MAX_FOLDER_DEPTH = 4
MAX_TIMESTAMP_BYTES = 100

# The notebook, before and after its JSON is parsed.
MAX_JSON_VALUES = 1_000_000
MAX_JSON_DEPTH = 64
MAX_CELLS = 1_000
MAX_CELL_CHARACTERS = 200_000
MAX_NOTEBOOK_CHARACTERS = 400_000
MAX_ID_CHARACTERS = 64

# Its outputs.
MAX_OUTPUTS_PER_CELL = 200
MAX_OUTPUT_TEXT_CHARACTERS = 100_000
MAX_ERROR_NAME_CHARACTERS = 200
MAX_ERROR_MESSAGE_CHARACTERS = 10_000
MAX_TRACEBACK_LINES = 200
MAX_CELL_OUTPUT_CHARACTERS = 8 * 2**20

# The outputs of all cells together. Characters of pictures are those of base64.
MAX_OUTPUTS = 1_000
MAX_TEXT_CHARACTERS = 2**20
MAX_PICTURE_CHARACTERS = 12 * 2**20
MAX_COLOR_CHANGES = 20_000

# Pictures among them: as files, as they are stored, and as they are shown.
MAX_PICTURE_BYTES = 4 * 2**20
MAX_PICTURE_PARTS = 5_000
MAX_PICTURE_PIXELS = 20_000_000
MAX_PICTURE_SIDE_PIXELS = 10_000
MAX_SHOWN_SIDE_PIXELS = 4_000

# Its Markdown, beyond which the text is shown as it is written.
MAX_MARKDOWN_CHARACTERS = 10_000
MAX_QUOTE_DEPTH = 20
MAX_FORMULA_CHARACTERS = 2_000
MAX_RENDERED_CHARACTERS = 200_000

# Its code, beyond which it is shown without colors.
MAX_COLORED_CHARACTERS = 20_000
MAX_COLORED_LINE_CHARACTERS = 1_000
MAX_COLORED_BLANKS = 200

# The page that shows its Markdown and code, beyond which the rest of both is shown as it is written.
MAX_PAGE_SECONDS = 3.0
MAX_PAGE_TAGS = 50_000
