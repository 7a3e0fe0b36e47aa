"""Visitor analytics and space usage for public libraries and parks: what all parts share."""
