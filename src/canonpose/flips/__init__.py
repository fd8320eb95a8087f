"""Left limbs that a detector took for right ones: found over time and across views, and mended."""
