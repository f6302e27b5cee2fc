"""FastMCP with its tasks (Docket) on Redis: the tool `wait` of the load tests' server, as a task. PORT and REDIS_URL say where."""

import asyncio
import os
import time

from fastmcp import FastMCP
from fastmcp.tools import ToolResult
from fastmcp_tasks import TasksExtension

server = FastMCP("docket")
server.add_extension(TasksExtension(url=os.environ["REDIS_URL"], concurrency=int(os.environ.get("CONCURRENCY", "10"))))


@server.tool(task=True)
async def wait(ms: float) -> ToolResult:
    began = time.time() * 1000
    await asyncio.sleep(ms / 1000)
    return ToolResult(content="", meta={"loadtest/began": began})


server.run(transport="http", host="127.0.0.1", port=int(os.environ["PORT"]), show_banner=False, log_level="warning", stateless_http=True)
