"""Where lines stand: rows, columns, tables, reading order, and the value that belongs to a label."""
