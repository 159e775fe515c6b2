"""Reports: one frozen result each, rendered as page, PDF, XLSX, CSV and JSON."""
