"""Pure, batched functions of poses, rotations and cameras."""
