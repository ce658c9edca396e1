"""Tools beside the engine: data sets and loaders in `utils.data`, handles of hooks in `utils.hooks`."""
