"""The system on this machine: the local cloud, the deployment, the demo tenant, the test run."""
