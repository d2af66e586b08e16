"""Calls that are cut off."""

import asyncio

from starlette.requests import Request

from colorkeras.demo.answers import answered_by


def test_a_call_that_is_cut_off_at_the_end_gets_an_answer():
    async def forever(_):
        await asyncio.Event().wait()

    async def cut_off():
        call = asyncio.create_task(answered_by(forever)(Request({"type": "http"})))
        await asyncio.sleep(0)
        call.cancel()
        return await call

    answer = asyncio.run(cut_off())
    assert (answer.status_code, answer.body) == (503, b'{"error":"The program ends."}')
