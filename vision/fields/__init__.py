"""Lines in, a page's kind and fields out: plates, orders, error screens, invoices, by labels, places and types."""
