"""A trained lifter as one ONNX file, pixels in and 3D out, and lifting with it without PyTorch."""
