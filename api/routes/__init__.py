"""HTTP: one file a resource, endpoints of three to eight lines;
what they do stands in prefill, suggest and maintain."""
