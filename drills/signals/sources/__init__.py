"""One kind of alert source per file; each delivers what comes in and judges nothing."""
