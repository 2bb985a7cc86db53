"""Connects once with the Python client and says so: connect.py ENDPOINT TOKEN."""

import asyncio
import sys

from centrifuge import Client, ClientEventHandler, ConnectedContext, DisconnectedContext


async def main(endpoint: str, token: str) -> None:
    done: "asyncio.Future[str]" = asyncio.get_running_loop().create_future()

    class Events(ClientEventHandler):
        async def on_connected(self, ctx: ConnectedContext) -> None:
            done.set_result(f"connected {ctx.client}")

        async def on_disconnected(self, ctx: DisconnectedContext) -> None:
            if not done.done():
                done.set_result(f"disconnected {ctx.code} {ctx.reason}")

    client = Client(endpoint, events=Events(), token=token)
    await client.connect()
    print(await asyncio.wait_for(done, 10))
    await client.disconnect()


asyncio.run(main(*sys.argv[1:]))
