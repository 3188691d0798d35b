"""The configuration: models, reading, interpolation, checks. Exports nothing; import the module that is meant.

In the order of use: `files` (bytes to text), `source` (YAML to data with positions), `interpolate` (`${NAME}`),
`models` (pydantic), `messages` (pydantic's errors in plain words), `checks` (rules across keys), `load` (all of it).
"""
