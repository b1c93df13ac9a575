"""How fast the package reads, against what no reader can be faster than, and runs studies. Run ``make bench``."""
