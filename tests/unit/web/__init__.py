"""What every HTTP edge shares: headers, problems, the cross-site door."""
