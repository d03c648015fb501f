"""The files that people send, and where Messages keeps them."""
