"""A web server of asyncio's streams alone."""

import asyncio
import logging
import os
import signal

from routes import answer
from wire import BadRequest, read_request, response

log = logging.getLogger("server")


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while request := await read_request(reader):
        status, body = await answer(request)
        writer.write(response(status, body, request.keep_alive))
        await writer.drain()
        log.info("%s %s %d", request.method, request.path, status)
        if not request.keep_alive:
            break


async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await serve(reader, writer)
    except BadRequest:
        writer.write(response(400, {"error": "bad request"}, keep_alive=False))
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
        pass  # the client's end or the server's
    finally:
        writer.close()


async def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    port = int(os.environ.get("PORT", "0"))
    server = await asyncio.start_server(on_connection, "127.0.0.1", port)
    log.info("listening on port %d", server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()


asyncio.run(main())
