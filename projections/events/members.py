"""What members of many events mean."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Call = Annotated[str, Meta(description="id of the call, as in the API")]
Connector = Annotated[int, Meta(description="number at its station; 0 is the station itself")]
Energy = Annotated[int, Meta(description="Wh")]
Token = Annotated[
    str,
    Meta(
        description="pseudonym of the token: the same for the same token until it is forgotten;"
        ' "" when there is none'
    ),
]
Transaction = Annotated[int, Meta(description="number of the transaction")]
Time = Annotated[datetime, Meta(tz=True)]
