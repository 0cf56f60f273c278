"""Networks that come as ONNX files: read as data, made of torch's own layers, never run as code."""

from ctviz.models.onnx.network import OnnxNetwork, onnx_network

__all__ = ["OnnxNetwork", "onnx_network"]
