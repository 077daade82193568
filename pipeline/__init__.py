"""Hotline: news flows in at the top, facts about leaders' contacts settle in the warehouse, each new contact leaves once."""
