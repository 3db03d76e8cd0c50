"""What a file may cost before it is refused. Sizes in bytes unless the name says otherwise."""

MEBIBYTE = 1 << 20

ARCHIVE_BYTES = 60 * MEBIBYTE  # a workbook as uploaded
TEXT_BYTES = 1536 * MEBIBYTE  # delimited text: a million rows are about 300 MB
INFLATED_BYTES = 1536 * MEBIBYTE  # a workbook unpacked; an honest million rows need 724 MiB
RATIO = 100  # an honest workbook inflates about 21:1
RATIO_MATTERS_FROM = 8 * MEBIBYTE  # small members may compress as well as they like
MEMBERS = 10_000
DIRECTORY_BYTES = 4 * MEBIBYTE  # the archive's own table of contents
COLUMNS = 1_000  # the widest known layout has about 180
SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384
ROW_CHARACTERS = MEBIBYTE  # one row, whether a line of text or the cells of a sheet
LOOK_AHEAD_ROWS = 60  # where the header must be found

CHILD_DATA_BYTES = 400 * MEBIBYTE  # heap of the reading process
CHILD_ADDRESS_BYTES = 3072 * MEBIBYTE  # heap, code and the mapped table of shared texts
CHILD_CPU_SECONDS = 600  # an honest million-row workbook needs about a minute
CHILD_FILE_BYTES = 1024 * MEBIBYTE  # the temporary table of shared texts
