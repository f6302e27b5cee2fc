"""Drives a client of Python through the steps of flow.ts, and prints what it saw as JSON: `drive.py mcp|fastmcp <url> auto|legacy`."""

import asyncio
import json
import sys

ANSWER = {"name": "Ada", "answer": "Ada"}


def text_of(result) -> str:
    return result.content[0].text


def connect_mcp(url: str, mode: str, seen: list):
    from mcp import Client, types

    async def elicit(_context, _params):
        return types.ElicitResult(action="accept", content=ANSWER)

    client = Client(url, mode=mode, elicitation_callback=elicit)

    async def call(name, arguments):
        async def on_progress(progress, _total, message):
            if message is None:
                seen.append(progress)

        return text_of(await client.call_tool(name, arguments, progress_callback=on_progress))

    async def tools():
        return [tool.name for tool in (await client.list_tools()).tools]

    return client, tools, call, lambda: client.protocol_version


def connect_fastmcp(url: str, mode: str, seen: list):
    from fastmcp import Client

    async def elicit(_message, response_type, _params, _context):
        return response_type(**{key: "Ada" for key in response_type.__dataclass_fields__})

    async def on_progress(progress, _total, message):
        if message is None:
            seen.append(progress)

    client = Client(url, mode=mode, elicitation_handler=elicit, progress_handler=on_progress)

    async def call(name, arguments):
        return text_of(await client.call_tool(name, arguments))

    async def tools():
        return [tool.name for tool in await client.list_tools()]

    return client, tools, call, lambda: client.protocol_version


async def call_cut(call) -> str:
    async def cut():
        await asyncio.sleep(0.7)
        print("cut", flush=True)

    cutting = asyncio.create_task(cut())
    try:
        return "result" if await asyncio.wait_for(call("slow", {"steps": 8, "ms": 250}), 12) == "8 steps" else "error"
    except TimeoutError:
        return "hangs"
    except Exception:
        return "error"
    finally:
        await cutting


async def main(library: str, url: str, mode: str) -> dict:
    seen: list = []
    connect = connect_mcp if library == "mcp" else connect_fastmcp
    client, tools, call, revision = connect(url, mode, seen)
    async with client:
        outcome = {
            "revision": str(revision()),
            "list": "echo" in await tools(),
            "call": await call("echo", {"text": "hello"}) == "hello",
        }
        seen.clear()
        await call("slow", {"steps": 5, "ms": 50})
        outcome["progress"] = [int(step) for step in seen] == [1, 2, 3, 4, 5]
        outcome["elicitation"] = "Ada" in await call("ask", {})
        outcome["cut"] = await call_cut(call)
    return {**outcome, "close": True}


print(json.dumps(asyncio.run(main(*sys.argv[1:4]))))
