"""Lines of a till receipt in, company, date, total and address out."""
