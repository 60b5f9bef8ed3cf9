"""Pure codecs: charts as SVG and, later, exchange formats. No database, nothing else of the application."""
