"""What the warehouse knows, as files for other programs: tables, feeds, calendars, event records."""
