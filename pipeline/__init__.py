"""Hotline: news flows in at the top, contacts of leaders settle in the warehouse, each new one leaves once."""
