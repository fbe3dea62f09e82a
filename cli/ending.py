"""How a command ends: 0 done, 1 failed, 2 wrong use; what went wrong in one line, never a traceback unasked."""

import os
import sys
import traceback
from typing import NoReturn

import typer

from chargebacks.errors import BadInput, CaseError
from runtime.process import leave

DONE, FAILED, WRONG_USE = 0, 1, 2

_NAMED_WRONGLY = {"unknown_account", "unknown_source"}
"""On a command line these are arguments; a worker that meets them needs an operator."""


def run(app: typer.Typer, *, name: str) -> NoReturn:
    """Run the command line and leave the process.

    Without the interpreter's own shutdown (see `runtime.process`), which may abort once a Temporal client was used.
    """
    try:
        code = _run(app, name)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`): nothing may be written any more, not even at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    leave(code)


def _run(app: typer.Typer, name: str) -> int:
    try:
        return app(standalone_mode=False, prog_name=name) or DONE
    except typer.TyperException as wrong:
        return _say(name, _usage(wrong), code=wrong.exit_code)
    except CaseError as error:
        wrong_use = isinstance(error, BadInput) or error.reason in _NAMED_WRONGLY
        return _say(name, str(error), code=WRONG_USE if wrong_use else FAILED)
    except (typer.Abort, KeyboardInterrupt):
        return _say(name, "stopped", code=FAILED)
    except BrokenPipeError:
        raise
    except Exception as bug:
        return _say(name, _unexpected(bug), code=FAILED)


def _usage(wrong: typer.TyperException) -> str:
    """Empty where the help itself was the answer."""
    said = " ".join(wrong.format_message().replace("Value error, ", "").split())
    said += "." if said[-1:].isalnum() else ""  # a list of choices ends without one
    context = getattr(wrong, "ctx", None)
    hint = f" See `{context.command_path} --help`." if context is not None else ""
    return f"{said}{hint}" if said else ""


def _unexpected(bug: Exception) -> str:
    if debugging():
        traceback.print_exception(bug)
    first = (str(bug).splitlines() or [""])[0]
    how = "" if debugging() else " Set LOG_LEVEL=debug, or give --debug before the command, to see where."
    return f"unexpected {type(bug).__name__}: {first}.{how}"


def debugging() -> bool:
    """Whether tracebacks are wanted."""
    return os.environ.get("LOG_LEVEL", "").lower() == "debug"


def _say(name: str, message: str, *, code: int) -> int:
    """Every line stands by itself: a policy file may hold several mistakes."""
    for line in message.splitlines():
        print(f"{name}: {line}", file=sys.stderr)
    return code
