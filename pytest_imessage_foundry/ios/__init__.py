"""What an iPhone leaves on other machines: a file-system extraction, a backup."""
