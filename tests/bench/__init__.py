"""What navi claims about its speed and its cost, measured: `contrib/bench [--quick] [NAME...]`.

One module a figure, each with `async def measure(run: Run) -> list[Row]`. Beside a figure stands its floor, measured in
the same run on the same machine: what the thing would cost without navi.
"""
