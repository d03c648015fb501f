"""Ask the project's hooks, and check what they answer.

A hook may return anything. What is wrong names the hook and the file that has it.
Checks are imported where there is an answer: most projects have no hook.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_imessage_foundry.conversations.scenarios import cast_with, complete
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona, Scenario, Turn
from pytest_imessage_foundry.terminal import escaped, shown

if TYPE_CHECKING:
    import pluggy

    from pytest_imessage_foundry.models import ConversationConfig

M = TypeVar("M")
_SHOWN = 5  # problems of one answer


def personas(hook: pluggy.HookCaller) -> tuple[Persona, ...]:
    """Return the people that the project adds, in plugin order."""
    found: list[Persona] = []
    for answer, place in answers(hook):
        from pytest_imessage_foundry.conversations import scenario_files

        people = _models(answer, Persona, hook, place)
        if problems := list(scenario_files.problems_of(people)):
            raise refused(hook, place, problems)
        found += people
    return tuple(found)


def scenarios(
    hook: pluggy.HookCaller, people: Sequence[Persona]
) -> tuple[Scenario, ...]:
    """Return the scenarios that the project adds, in plugin order."""
    found: list[Scenario] = []
    for answer, place in answers(hook):
        from pytest_imessage_foundry.conversations import scenario_files

        cast = cast_with(people)
        named = [
            _with_people(each, cast, number, hook, place)
            for number, each in enumerate(answer)
        ]
        for each in _models(named, Scenario, hook, place):
            problems = list(scenario_files.problems(each, cast))
            if not problems:
                problems = list(scenario_files.shared(complete(each, cast)))
            if problems:
                name = f"scenario {shown(each.name)}: "
                raise refused(hook, place, [f"{name}{what}" for what in problems])
            found.append(each)
    return tuple(found)


def _with_people(
    given: Any,
    cast: Mapping[str, Persona],
    number: int,
    hook: pluggy.HookCaller,
    place: str,
) -> Any:
    """Put people in the place of their ids; leave what is no scenario as it is."""
    if not isinstance(given, Scenario) or not isinstance(given.personas, (list, tuple)):
        return given
    from pytest_imessage_foundry.conversations import scenario_files

    if unknown := scenario_files.unknown_people(given.personas, cast):
        raise refused(hook, place, [f"[{number}].{each}" for each in unknown])
    return replace(given, personas=scenario_files.with_people(given.personas, cast))


@dataclass(frozen=True)
class Answer:
    """The conversation hook as one test sees it.

    Two are equal if the same functions answer, so that their tests share databases."""

    functions: tuple[object, ...]
    hook: pluggy.HookCaller = field(compare=False)

    def __call__(
        self,
        config: ConversationConfig,
        owner: Persona,
        people: Sequence[Persona],
        seed: int,
    ) -> Sequence[Turn] | None:
        with _naming(self.hook):
            answer = self.hook(config=config, owner=owner, people=people, seed=seed)
        if answer is None:
            return None
        from pytest_imessage_foundry.conversations import turn_checks, turn_members

        place = " or ".join(_places(self.hook))
        turns = _models(answer, Turn, self.hook, place)
        ids = [owner.id, *(each.id for each in people)]
        is_group = config.chat_type == "group"
        problems = list(turn_checks.faults(turns, ids, is_group=is_group))
        problems += turn_checks.unknown_files(turns)
        if problems:
            raise refused(self.hook, place, problems)
        with _placing(place):
            what = f"conversation {config.id!r}, from {self.hook.name}"
            turn_members.check(turns, ids[1:], owner.id, what=what)
        return turns


def conversation(hook: pluggy.HookCaller) -> Answer | None:
    """Return the conversation hook, None if the project has none."""
    asked = tuple(impl.function for impl in hook.get_hookimpls())
    return Answer(asked, hook) if asked else None


def answers(hook: pluggy.HookCaller) -> list[tuple[list[Any], str]]:
    """Return each answer as a list, in plugin order, with the place of its function.

    Raises:
        FoundryError: the hook raises an error, or returns what is no list.
    """
    with _naming(hook):
        given = list(reversed(hook()))  # pluggy calls the last one first
    places = list(_places(hook))
    if len(places) != len(given):  # some returned None, pluggy does not say which
        places = [" or ".join(places)] * len(given)
    found = []
    for answer, place in zip(given, places, strict=True):
        with _naming(hook):
            found.append((_listed(answer, hook, place), place))
    return found


def refused(hook: pluggy.HookCaller, place: str, problems: Sequence[str]) -> Exception:
    """Return the error for an answer that does not hold."""
    listed = [escaped(each, 300) for each in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        listed.append(f"and {len(problems) - _SHOWN} more")
    return FoundryError(
        f"{hook.name} returned what does not hold: {listed[0]}\n"
        + "".join(f"  {each}\n" for each in listed[1:])
        + f"looked at: {place}\n"
        "correct what it returns; `pytest_imessage_foundry/plugin/project_hooks.py` "
        "says what that is"
    )


def _listed(answer: object, hook: pluggy.HookCaller, place: str) -> list[Any]:
    if isinstance(answer, (str, bytes, Mapping)) or not isinstance(answer, Iterable):
        raise refused(hook, place, [f"{shown(answer)} is no list"])
    return list(answer)


def _models(
    answer: object, kind: type[M], hook: pluggy.HookCaller, place: str
) -> tuple[M, ...]:
    """Return the answer as models of one kind, each with fields of their types."""
    from pytest_imessage_foundry.conversations import model_checks

    with _naming(hook):
        models = _listed(answer, hook, place)
    for number, each in enumerate(models):
        if not isinstance(each, kind):
            what = f"[{number}]: {shown(each)} is no {kind.__name__}"
            raise refused(hook, place, [what])
    try:
        return model_checks.typed(kind, models)
    except model_checks.UnfitError as error:
        raise refused(hook, place, error.problems) from None


@contextmanager
def _placing(place: str) -> Iterator[None]:
    """Add to an error where the hook stands that it names."""
    try:
        yield
    except FoundryError as error:
        raise FoundryError(f"{error}\nlooked at: {place}") from None


@contextmanager
def _naming(hook: pluggy.HookCaller) -> Iterator[None]:
    """Turn an error that a hook raises into one that names the hook and the line."""
    try:
        yield
    except FoundryError as error:
        if hook.name in str(error):
            raise
        raise _raised(hook, error, str(error)) from None
    except Exception as error:
        name = type(error).__name__
        raise _raised(hook, error, f"{name}: {escaped(str(error), 300)}") from None


def _raised(hook: pluggy.HookCaller, error: Exception, what: str) -> FoundryError:
    files = {_code(impl.function).co_filename for impl in hook.get_hookimpls()}
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if each.filename in files] or frames
    return FoundryError(
        f"{hook.name} raised {what}\n"
        f"looked at: {own[-1].filename}:{own[-1].lineno}\n"
        "mend the hook, or take it out"
    )


def _places(hook: pluggy.HookCaller) -> Iterator[str]:
    """Yield file and line of each function that answers a hook, in plugin order."""
    for impl in hook.get_hookimpls():
        if not (impl.wrapper or impl.hookwrapper):
            code = _code(impl.function)
            yield f"{code.co_filename}:{code.co_firstlineno}"


def _code(function: Callable[..., Any]) -> Any:
    # A function, or a method of an object that was registered as a plugin.
    return function.__code__
