"""`python -m cairn_cli`."""

from cairn_cli.app import main

main()
