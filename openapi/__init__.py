"""The HTTP API described: docs/openapi.json and docs/access-matrix.md, from one entry a route and played examples."""
