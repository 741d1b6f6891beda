"""One kind of probe per file; each looks once, within its timeout, and never changes what it looks at."""
