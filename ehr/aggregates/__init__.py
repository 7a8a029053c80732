"""The city's figures: deltas folded into facts, counted again, rebuilt."""
