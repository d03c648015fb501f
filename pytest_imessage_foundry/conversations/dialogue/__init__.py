"""Generated dialogue: scenes, chosen and joined for any people."""
