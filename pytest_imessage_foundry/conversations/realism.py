"""Measure how realistic conversations are, and compare the values with goals.

Everything is measured on the models of the conversations, so that any list of them can
be measured, a user's too. Times of day are the sender's local time.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_imessage_foundry.conversations.calendar_measures import Calendar
from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.clock import offset_in
from pytest_imessage_foundry.measures import Measure, share
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.models import Conversation, Message, Persona

_DAY = 86_400
# A pause of more than an hour ends a session.
_PAUSE = 3_600.0
_SESSION = range(5, 31)
# Lower cut-offs of a power law in seconds. The fit uses the one whose
# tail fits best (Clauset, Shalizi, Newman 2009).
_CUTS = (10.0, 20.0, 40.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
_TAIL = 100  # fewer times are not enough for a fit
_LONG = 200
_SAMPLE = 1_000
_APART = 3_600  # seconds; who wrote less before is in the talk and answers at once
_RESPONSES = {  # medians in minutes
    "instant": (0.0, 1.0),
    "minutes": (1.0, 15.0),
    "hours": (30.0, 360.0),
    "days": (720.0, math.inf),
}


@dataclass(frozen=True, slots=True)
class Realism:
    """The results of a measurement.

    Attributes:
        messages: the number of messages.
        measures: the properties in the order of the table.
        hours: the number of messages in each local hour of the day.
        weekdays: the number of messages on each local weekday, Monday first.
        responses: the median seconds until a persona joined a talk that somebody else
            began, by persona id.
    """

    messages: int
    measures: tuple[Measure, ...]
    hours: tuple[int, ...]
    weekdays: tuple[int, ...]
    responses: dict[str, float]

    def __getitem__(self, name: str) -> float | None:
        """Return the value of the measure called `name`.

        Raises:
            KeyError: there is none of that name.
        """
        for each in self.measures:
            if each.name == name:
                return each.value
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        """Return the measures as plain data for `json.dumps`."""
        facts = asdict(self)
        for row, each in zip(facts["measures"], self.measures, strict=True):
            row.update(name=each.name.strip(), met=each.is_met)
        return facts

    def table(self) -> str:
        """Return the measures and their goals as a text table."""
        lines = [f"{self.messages:,} messages", ""]
        for each in self.measures:
            line = f"{each.name:<44}{each.shown:>10}  {each.goal:<18}"
            lines.append(f"{line}{each.mark}".rstrip())
        busiest = max(*self.hours, 1)
        lines += ["", "local hour"]
        for hour, count in enumerate(self.hours):
            lines.append(f"  {hour:02}  {'█' * round(40 * count / busiest)}".rstrip())
        return "\n".join(lines)


def measure(
    conversations: Iterable[Conversation], personas: Iterable[Persona]
) -> Realism:
    """Measure conversations whose people are `personas`, the owner included.

    Senders whose address no persona has count as friends in the owner's time zone,
    without a goal for their response time. All messages stay in memory while this runs.

    Senders that no persona has as an address count as friends in the owner's
    time zone and without a goal for their response time. Every message is held
    by reference while this runs.
    """
    survey = _Survey(personas)
    for conversation in conversations:
        survey.add(conversation)
    return survey.result()


class Fit(NamedTuple):
    """A power law fitted to waiting times.

    `ratio` is its log-likelihood minus that of an exponential distribution on
    the same tail: if it is above 0 the power law fits better. `cut` is in seconds.
    """

    exponent: float
    ratio: float
    cut: float


def fit_power_law(waits: Iterable[float]) -> Fit | None:
    """Fit p(x) ∝ x^-exponent to waiting times in seconds, by maximum likelihood.

    Return None if too few times are in the tail.
    """
    times = sorted(waits)
    best: tuple[float, Fit] | None = None
    for cut in _CUTS:
        tail = [each for each in times if each >= cut]
        if len(tail) < max(_TAIL, len(times) // 10):
            continue
        logs = [math.log(each / cut) for each in tail]
        if not (total := sum(logs)):
            continue
        slope = len(tail) / total
        distance = _distance(logs, slope)
        if best is None or distance < best[0]:
            excess = fmean(tail) - cut
            power = len(tail) * math.log(slope / cut) - (1 + slope) * total
            exponential = -len(tail) * (math.log(excess) + 1)
            best = distance, Fit(1 + slope, power - exponential, cut)
    return best[1] if best else None


def _distance(logs: Sequence[float], slope: float) -> float:
    """Return the Kolmogorov-Smirnov distance of log(x/cut) from the power law."""
    size = len(logs)
    return max(
        abs(1 - math.exp(-slope * each) - place / size)
        for place, each in enumerate(logs)
    )


class _Survey:
    def __init__(self, personas: Iterable[Persona]) -> None:
        people = list(personas)
        self.owner = next((each for each in people if each.is_self), None)
        self.by_address = {a: each for each in people for a in each.addresses}
        self.messages = self.pairs = self.same_pairs = 0
        self.in_chats = self.in_sessions = 0
        self.hours, self.weekdays, self.kinds = [0] * 24, [0] * 7, Counter[str]()
        self.services = Counter[str]()
        self.responses: dict[str, list[float]] = defaultdict(list)
        self.wrote: dict[str, float] = {}  # when somebody last did, in one chat
        self.times: dict[str, list[float]] = defaultdict(list)
        self.lengths: list[int] = []
        self.words: list[int] = []
        self.texts: list[str] = []
        self.archived = {True: [0, 0], False: [0, 0]}
        self.calendar = Calendar()

    def add(self, conversation: Conversation) -> None:
        previous: Message | None = None
        runs = [0]
        self.wrote.clear()
        self.calendar.begin([self._persona(each) for each in conversation.founders])
        for message in conversation.messages:
            self._one(message)
            if previous is not None:
                pause = (message.date - previous.date) / SECOND
                self._pair(previous, message, pause)
                if pause > _PAUSE:
                    runs.append(0)
            runs[-1] += 1
            previous = message
            if persona := self._persona(message.sender):
                self.wrote[persona.id] = message.date / SECOND
        # Services only send notices, so their chats have no sessions.
        if any(map(self._is_person, conversation.founders)):
            self.in_chats += sum(runs)
            self.in_sessions += sum(run for run in runs if run in _SESSION)

    def _is_person(self, address: str | None) -> bool:
        persona = self._persona(address)
        return persona is None or "service" not in circles(persona)

    def _persona(self, sender: str | None) -> Persona | None:
        return self.owner if sender is None else self.by_address.get(sender)

    def _one(self, message: Message) -> None:
        self.messages += 1
        persona = self._persona(message.sender)
        zone = persona or self.owner
        moment = message.date / SECOND
        local = moment + (offset_in(zone.time_zone, moment) if zone else 0)
        self.hours[int(local % _DAY // 3600)] += 1
        self.weekdays[int(local // _DAY % 7)] += 1
        self.calendar.add(message, local)
        if self._is_person(message.sender):
            self.times[message.sender or ""].append(moment)
        text = message.text.replace("\ufffc", "").strip()
        if text and message.event is None:
            self.lengths.append(len(text))
            self.words.append(len(text.split()))
            self.texts.append(text)
        if message.event is None:
            counts = self.archived[message.is_from_me]
            counts[0] += message.storage == "archive"
            counts[1] += 1
        self.services[message.service] += 1
        self.kinds.update(_kinds(message))

    def _pair(self, before: Message, after: Message, pause: float) -> None:
        if before.event is not None or after.event is not None:
            return
        self.pairs += 1
        if before.sender == after.sender:
            self.same_pairs += 1
        elif persona := self._persona(after.sender):
            wrote = self.wrote.get(persona.id, -math.inf)
            if before.date / SECOND - wrote > _APART:
                self.responses[persona.id].append(pause)

    def result(self) -> Realism:
        medians = {who: median(each) for who, each in self.responses.items()}
        return Realism(
            messages=self.messages,
            measures=tuple(self._measures(medians)),
            hours=tuple(self.hours),
            weekdays=tuple(self.weekdays),
            responses=medians,
        )

    def _measures(self, medians: Mapping[str, float]) -> Iterator[Measure]:
        yield from self._waits()
        count = self.messages
        held = share(self.in_sessions, self.in_chats)
        yield Measure("messages in sessions of 5 to 30", held, 0.6, 0.9)
        yield Measure("from 8 to 23 h", share(sum(self.hours[8:23]), count), 0.5)
        yield Measure("from 2 to 6 h", share(sum(self.hours[2:6]), count), None, 0.0399)
        week, rest = sum(self.weekdays[:5]) / 5, sum(self.weekdays[5:]) / 2
        yield Measure("a weekend day beside a weekday", share(rest, week))
        yield from self.calendar.measures()
        yield from self._answers(medians)
        yield from self._wording()
        yield Measure(
            "same sender twice in a row",
            share(self.same_pairs, self.pairs),
            0.25,
            0.45,
        )
        for kind, least, most, services in _KINDS:
            could = sum(self.services[each] for each in services) if services else count
            yield Measure(kind, share(self.kinds[kind], could), least, most)
        for mine, name in ((True, "own"), (False, "received")):
            value = share(*self.archived[mine])
            yield Measure(f"{name} bodies without text", value, 0.2, 0.98)

    def _waits(self) -> Iterator[Measure]:
        waits = []
        for times in self.times.values():
            times.sort()
            waits += [after - before for before, after in pairwise(times)]
        fit = fit_power_law(waits)
        name = "waiting times: power law's exponent"
        yield Measure(name, fit.exponent if fit else None, 1.3, 2.2, "x")
        name = "  log-likelihood over an exponential"
        yield Measure(name, fit.ratio if fit else None, 0.0, None, "n")
        yield Measure("  tail begins at", fit.cut if fit else None, unit="s")

    def _answers(self, medians: Mapping[str, float]) -> Iterator[Measure]:
        """Yield the shares of personas who answer as fast as their traits say."""
        people = {
            each.id: each for each in (*self.by_address.values(), self.owner) if each
        }
        kept: dict[str, list[bool]] = {habit: [] for habit in _RESPONSES}
        for who, value in medians.items():
            kind = people[who].typical_response_time
            least, most = _RESPONSES[kind]
            if len(self.responses[who]) >= 5:
                kept[kind].append(least <= value / 60 <= most)
        for habit, each in kept.items():
            met = share(sum(each), len(each))
            yield Measure(f"personas who answer in {habit} and do", met, 0.5)

    def _wording(self) -> Iterator[Measure]:
        count = len(self.lengths)
        yield Measure(
            "mean length", fmean(self.lengths) if count else None, 30, 60, "n"
        )
        yield Measure("median words", median(self.words) if count else None, 5, 9, "n")
        single = sum(each == 1 for each in self.words)
        yield Measure("of a single word", share(single, count), 0.1)
        long = sum(each > _LONG for each in self.lengths)
        yield Measure(f"over {_LONG} characters", share(long, count), 0.003, 0.03)
        chunks = [self.texts[i : i + _SAMPLE] for i in range(0, count, _SAMPLE)]
        if len(chunks) > 1:
            chunks.pop()
        repeats = sum(len(each) - len(set(each)) for each in chunks)
        seen = sum(map(len, chunks))
        yield Measure("said before within 1,000", share(repeats, seen), None, 0.15)


_APPLE = ("iMessage", "iMessageLite")
# Each with its goal and the services that support it, () for all: nobody can edit
# an SMS, so SMS messages do not count for edits.
_KINDS = (
    ("with a tapback", 0.05, 0.15, (*_APPLE, "RCS")),
    ("inline replies", 0.02, 0.06, _APPLE),
    ("with an attachment", 0.04, 0.10, ()),
    ("edited", 0.005, 0.015, _APPLE),
    ("unsent", 0.0, 0.01, _APPLE),
    ("links", 0.02, 0.05, ()),
    ("events", None, None, ()),
)


def _kinds(message: Message) -> Iterator[str]:
    if message.tapbacks:
        yield "with a tapback"
    if message.reply_to is not None:
        yield "inline replies"
    if message.attachments:
        yield "with an attachment"
    if message.edits:
        yield "edited"
    if message.is_unsent:
        yield "unsent"
    if message.balloon is not None and message.balloon.kind == "link":
        yield "links"
    if message.event is not None:
        yield "events"
