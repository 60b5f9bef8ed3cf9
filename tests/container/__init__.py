"""The container without a container engine: built as the Dockerfile says, run as compose.yaml says."""
