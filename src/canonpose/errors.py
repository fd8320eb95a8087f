"""What canonpose raises when the input, not the program, is at fault."""


class InputError(ValueError):
    """The input cannot be used as it is.

    The message is one sentence for a person who did not write the file: it names the file, camera
    and frame where there is one, and says what to do. The command line prints it and exits with 2.
    """


class NobodySeen(InputError):
    """A camera's file shows nobody, in any frame; a take of several others does without it."""


class InputWarning(UserWarning):
    """The input can be used, but the user should know something about it."""
