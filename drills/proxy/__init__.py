"""A reverse proxy for HTTP whose answers can be bent for a while; a process of its own, which knows no drill."""
