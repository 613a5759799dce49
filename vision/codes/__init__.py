"""Bar codes and QR codes: what is read, what it means, and which printed value it verifies."""
