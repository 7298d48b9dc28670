"""Commands, one file each: ``add`` its arguments to the parser, and run it to its report.

Each imports torch only when it is run, so that help and usage errors answer at once.
"""
