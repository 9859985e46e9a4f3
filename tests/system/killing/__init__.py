"""A server that can be killed at every port call and commit: `points` counts them and pulls the plug.

It is the ordinary server with the ordinary settings; only the ports' dotted paths
and one middleware are added, so that nothing of this is in the product.
"""
