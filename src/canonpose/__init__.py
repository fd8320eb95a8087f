"""canonpose: 3D human pose from uncalibrated cameras, self-supervised."""
