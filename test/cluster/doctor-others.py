"""A FastMCP server with a tool that takes seconds and reports progress. Argument: the port."""

import asyncio
import sys

from fastmcp import Context, FastMCP

mcp = FastMCP("fastmcp", version="1.0.0")


@mcp.tool
async def slow(steps: int, ms: int, ctx: Context) -> str:
    for step in range(1, steps + 1):
        await asyncio.sleep(ms / 1000)
        await ctx.report_progress(step, steps)
    return "done"


mcp.run(transport="http", host="127.0.0.1", port=int(sys.argv[1]), show_banner=False)
