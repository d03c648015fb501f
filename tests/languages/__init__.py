"""Projects in other languages, types of readings, and the GitHub Action."""
