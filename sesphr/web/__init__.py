"""What all HTTP edges share: problems, who is signed in, headers, the API object."""
