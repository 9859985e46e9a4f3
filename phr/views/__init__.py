"""The pages of the portal: parse, call, render. Records are fetched and read by the browser."""
