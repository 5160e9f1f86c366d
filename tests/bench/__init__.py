"""Measure navi's speed and cost: `contrib/bench [--quick] [NAME...]`.

Each figure is a module with `async def measure(run: Run) -> list[Row]`. A row also holds its floor: the cost of the
same work without navi, measured in the same run on the same machine.
"""
