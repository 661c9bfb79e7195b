"""Why a search or its events are not accepted."""


class Refused(Exception):
    """Something that this does not model, that Splunk does not document, or that Splunk would silently cut off."""
