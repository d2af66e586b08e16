"""Jobs in threads: a limit, a queue, and an end when nobody waits."""

import asyncio
import threading
import time

import pytest

from colorkeras.demo.refusals import Refused, Stopped
from colorkeras.demo.work import Work


async def stays():
    return False


async def is_gone():
    return True


@pytest.fixture
def work():
    made = Work(1, 1)
    yield made
    made.close()


def test_a_result_and_an_error(work):
    def fails(_):
        raise ValueError("no")

    async def both():
        assert await work.run(lambda stop: stop.check() or 7, stays) == 7
        with pytest.raises(ValueError, match="no"):
            await work.run(fails, stays)

    asyncio.run(both())


def test_too_many_are_refused_and_places_come_back(work):
    go = threading.Event()

    async def many():
        tasks = [asyncio.create_task(work.run(lambda _: go.wait(10), stays)) for _ in range(2)]
        await asyncio.sleep(0)  # they take their places
        with pytest.raises(Refused, match="Too much is being worked on") as refusal:
            await work.run(lambda _: 1, stays)
        assert refusal.value.status == 503
        go.set()
        assert await asyncio.gather(*tasks) == [True, True]
        assert await work.run(lambda _: 1, stays) == 1

    asyncio.run(many())


def test_a_job_that_waits_is_dropped_when_its_page_goes(work):
    go, ran = threading.Event(), []

    async def leave():
        first = asyncio.create_task(work.run(lambda _: go.wait(10), stays))
        second = asyncio.create_task(work.run(lambda _: ran.append(1), is_gone))
        await asyncio.sleep(0.01)
        go.set()
        await first
        with pytest.raises(Stopped):
            await second

    asyncio.run(leave())
    assert ran == []


def test_a_running_job_is_told(work):
    def waits(stop):
        for _ in range(1000):
            stop.check()
            threading.Event().wait(0.01)

    async def leave():
        with pytest.raises(Stopped):
            await work.run(waits, is_gone)

    asyncio.run(leave())


def test_the_end_of_the_program_ends_jobs_that_run():
    ended = []

    def job(stop):
        for _ in range(1000):
            time.sleep(0.01)
            try:
                stop.check()
            except Stopped:
                ended.append(1)
                raise

    async def close():
        work = Work(1, 1)
        running = asyncio.create_task(work.run(job, stays))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(work.close)
        with pytest.raises(Stopped):
            await running

    asyncio.run(close())
    assert ended == [1]
