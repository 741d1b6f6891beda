"""What the room tells somebody whose words cannot be taken."""


class RoomError(Exception):
    """This cannot be entered."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())
