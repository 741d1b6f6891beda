"""Faults of a Kubernetes cluster: pods, deployments, nodes, traffic, jobs, certificates. Only what is labelled."""
