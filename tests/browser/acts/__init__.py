"""What people do on the pages, by what they read there: labels, buttons, headings."""
