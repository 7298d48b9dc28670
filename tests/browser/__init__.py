"""A package, so that what has its scope, the browser above all, ends before other rooms' tests begin."""
