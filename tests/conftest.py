"""What holds for every test file."""

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, nothing about us: speed is measured in bench/.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
