"""eqneuro: neurons and synapses written as text, run at the speed of C."""

__version__ = "0.1.0"
