"""From the truth to rows: one module for each table or group of columns."""
