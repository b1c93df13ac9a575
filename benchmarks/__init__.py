"""How fast the package reads, measured against what no reader can be faster than. Run ``make bench``."""
