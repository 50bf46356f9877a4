"""What requests that begin a job share: what they may say, and how they are answered."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Response
from pydantic import AfterValidator, Field, StrictInt

from commands.api.hosting import withdrawn
from commands.api.job_shapes import Job
from commands.api.jobs import row_of
from commands.api.locations import usable
from commands.api.office import Office
from commands.api.placing import OUTCOMES, Sending, place
from commands.api.shapes import Text
from commands.callbox import Order
from projections import jobs

_JSON = "application/json"
JOB: dict[int | str, dict[str, Any]] = {
    **{status: what for status, what in OUTCOMES.items() if status != 201},
    202: {"model": Job, "description": "the job has begun, and may be over already"},
}
LONGEST = 512  # characters of a location in the security extension

Location = Annotated[Text, Field(min_length=1, max_length=2000), AfterValidator(usable)]
ShortLocation = Annotated[Text, Field(min_length=1, max_length=LONGEST), AfterValidator(usable)]
Attempts = Annotated[StrictInt, Field(ge=0, le=1000, description="further ones")]
Seconds = Annotated[StrictInt, Field(ge=0, le=86_400, description="s between attempts")]


def free_request_id(office: Office) -> int:
    """From the sequence of the whole system; those that raw calls have taken are passed over.

    Blocking.
    """
    while True:
        for number in office.log.take_numbers(1):
            if not office.database.read(jobs.numbered, number):
                return number


async def begun(office: Office, order: Order, payload: bytes, sending: Sending) -> Response:
    """The job as it stands once the call is queued, or over when that was waited for."""
    async with withdrawn(office, order.call):
        await place(office, replace(order, payload=payload), wait=sending.wait)
    job = Job.model_validate(await asyncio.to_thread(row_of, office, order.call))
    headers = {"Location": f"/api/v1/jobs/{job.id}"}
    return Response(job.model_dump_json(), 202, headers, media_type=_JSON)
