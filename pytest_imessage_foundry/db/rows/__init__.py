"""Make rows from the truth, one module for each table or group of columns."""
