"""The infrastructure: one CDK app, typed stages, one construct for each function group."""
