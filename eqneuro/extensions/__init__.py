"""Bridges to other programs: logs for TensorBoard, networks that were trained with Keras."""
