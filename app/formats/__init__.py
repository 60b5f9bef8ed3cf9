"""Pure codecs: from and to files and pictures. Import nothing of the rest of the app."""
