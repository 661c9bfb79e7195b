"""A model of the part of Splunk's search language that Tokentrail writes; see `interpreter.py`."""
