"""Step 4: write the messages and build the database, with progress shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import OptionList, Static
from textual.worker import Worker, WorkerState

from pytest_imessage_foundry.errors import FoundryError, counted
from pytest_imessage_foundry.llm import plan
from pytest_imessage_foundry.replaceable import KeptFiles
from pytest_imessage_foundry.ui import building, writing
from pytest_imessage_foundry.ui.building import BuildResult
from pytest_imessage_foundry.ui.journal import Bubble, Journal, StoppedError
from pytest_imessage_foundry.ui.project import overwritten
from pytest_imessage_foundry.ui.screens.by_hand_screen import ByHandScreen
from pytest_imessage_foundry.ui.screens.confirm_screen import ConfirmScreen
from pytest_imessage_foundry.ui.screens.result_screen import ResultScreen
from pytest_imessage_foundry.ui.screens.step import BACK, StepScreen
from pytest_imessage_foundry.ui.widgets import progress_line
from pytest_imessage_foundry.ui.widgets.chat_preview import ChatPreview
from pytest_imessage_foundry.ui.widgets.plain import plain
from pytest_imessage_foundry.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

# Messages of the chat at hand that are waited for, so that one can read along: half a
# minute's worth.
PATIENCE = 100
Phase = Literal["ready", "writing", "trouble", "building"]
_ALLOWED: dict[str, tuple[Phase, ...]] = {
    "start": ("ready",),
    "stop": ("writing", "building"),
    "skip": ("building",),
    "next": ("ready",),
    "retry": ("trouble",),
    "by_hand": ("trouble",),
    "fallback": ("trouble",),
}
_WIDTH = 35
_REMEDY = "start again and say that it is replaced, or go back and name another file"


class MessagesScreen(StepScreen):
    """Progress at the left, the selected chat at the right."""

    STEP = "messages"
    NUMBER = 4
    HELP = (
        "The messages are written and the database is built, checked and put in its "
        "place. You can read along in the conversation under the cursor: its messages "
        "come at the pace of reading, and s skips that. x stops, and nothing is left."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "start", "Generate"),
        Binding("x", "stop", "Stop"),
        Binding("s,enter", "skip", "Skip", key_display="s"),
        Binding("r", "retry", "Retry"),
        Binding("m", "by_hand", "By hand"),
        Binding("f", "fallback", "Built-in texts"),
        Binding("ctrl+n", "next", "Next"),
        BACK,
    ]

    def __init__(self) -> None:
        super().__init__()
        self.phase: Phase = "ready"
        self._ended: tuple[BuildResult, str] | None = None
        self._kept = KeptFiles()

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static(id="status", classes="heading")
            with Horizontal():
                yield RowList(id="list")
                with Vertical(id="card", classes="panel"):
                    yield ChatPreview(hint="What they say shows here as it comes.")

    def on_mount(self) -> None:
        self.journal = Journal.of(self.foundry.project)
        self._is_read = False
        self.query_one(RowList).focus()
        self.set_interval(0.1, self._draw)
        self._draw()
        self._foresee()

    # --- looking on ---

    def _draw(self) -> None:
        if self.journal.is_read is not self._is_read:
            self._is_read = self.journal.is_read
            self.refresh_bindings()
        chats = self.journal.chats
        self.query_one(RowList).show(
            [(id, progress_line.row(chat, _WIDTH)) for id, chat in chats.items()]
        )
        if self.phase in ("writing", "building") and self.journal.doing:
            self._say(f"{self.journal.doing}: {self._progress()}")
        while self.journal.notes:
            self.notice.say(self.journal.notes.pop(0))
        self._show()

    def on_option_list_option_highlighted(
        self, event: OptionList.OptionHighlighted
    ) -> None:
        self._show()

    def _show(self) -> None:
        chat = self.journal.chats.get(self.query_one(RowList).current or "")
        if chat is None:
            return
        self.journal.followed = chat.id
        # The thread may add to it at this very moment.
        self.query_one(ChatPreview).show(list(chat.bubbles.copy()))
        if self.phase == "trouble":
            self._explain(chat.problem)

    def _progress(self) -> str:
        chats, total = self.journal.chats.values(), self.foundry.project.messages
        done = sum(min(each.done, each.target) for each in chats)
        if self.foundry.project.whole:
            return counted(sum(each.done for each in chats), "message")
        said = f"{done:,} of {counted(total, 'message')}"
        return f"{said}, at the pace of reading" if self.journal.is_read else said

    def _explain(self, problem: str) -> None:
        # The last of its three parts is about the command, and not this screen.
        what = "\n".join(problem.splitlines()[:2])
        if what and what != self.notice.text:
            self.notice.fail(what)

    def _say(self, text: str) -> None:
        self.query_one("#status", Static).update(plain(text, "bold"))

    def _foresee(self) -> None:
        """Show what a start would do."""
        project = self.foundry.project
        chats = counted(len(project.conversations), "conversation")
        what = f"{project.messages:,} messages in {chats}, {project.release}"
        if project.whole:
            what = f"the scenario {project.whole}, {project.release}"
        try:
            project.check()
            if project.writer == "model":
                folder = self.foundry.draft.packs
                found = writing.survey(project, folder)
                cost = plan.cost(writing.wanted(found, self.journal, folder))
                what += f"; {cost.calls} calls, about {cost.tokens:,} tokens"
        except FoundryError as error:
            self.notice.fail(str(error))
        self._say(what)

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "skip" and not self.journal.is_read:
            return False
        if action == "next" and self._ended is None:
            return False
        return self.phase in _ALLOWED.get(action, (self.phase,))

    # --- starting and stopping ---

    def action_start(self) -> None:
        """Start, after asking where something would be lost."""
        project = self.foundry.project
        # What comes later, while it is written and built, was not asked about.
        self._kept = KeptFiles.of(project.files, _REMEDY)
        there = overwritten(project.files)
        if not there:
            self._start(True)
            return
        listing = "\n".join(f"  {each}" for each in there)
        question = f"There already:\n{listing}\nThey are replaced at the end."
        self.app.push_screen(ConfirmScreen(question, "Replace", "Keep"), self._start)

    def _start(self, sure: bool | None) -> None:
        if not sure:
            return
        if self.foundry.project.writer == "model":
            self._write()
        else:
            self._build()

    def _write(self) -> None:
        project, folder = self.foundry.project, self.foundry.draft.packs
        self._anew("writing")
        self._run(lambda: writing.write(project, self.journal, folder))

    def _build(self) -> None:
        project, folder = self.foundry.project, self.foundry.draft.packs
        self._anew("building")
        if project.writer == "offline":
            # The user saw each message as the model wrote it.
            self.journal.patience = PATIENCE
        texts = folder if project.writer == "model" else None
        kept = self._kept
        self._run(lambda: building.make(project, self.journal, texts, kept=kept))

    def _anew(self, phase: Phase) -> None:
        self._ended = None
        self.journal = Journal.of(self.foundry.project)
        # Set before the thread begins, which can be done before the screen is drawn.
        self.journal.followed = self.query_one(RowList).current or ""
        self.notice.say("")
        self._enter(phase)

    def _run(self, work: Callable[[], object]) -> None:
        self.run_worker(work, thread=True, exit_on_error=False)

    def action_skip(self) -> None:
        """Go on without waiting for the reader."""
        self.journal.hurry.set()

    def action_next(self) -> None:
        """Show the result again."""
        if self._ended is not None:
            self.app.push_screen(ResultScreen(*self._ended))

    def action_stop(self) -> None:
        self.journal.end()
        self._say("stopping …")

    def action_back(self) -> None:
        if self.phase in ("writing", "building"):
            self.action_stop()
        else:
            self.foundry.back()

    def on_unmount(self) -> None:
        # Whatever ends the app ends the thread too.
        self.journal.end()

    # --- how it ended ---

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.SUCCESS:
            self._succeeded(event.worker.result)
        elif event.state is WorkerState.ERROR:
            self._failed(event.worker.error)

    def _succeeded(self, result: object) -> None:
        if isinstance(result, BuildResult):
            self._made(result)
        elif result:
            self._trouble(f"{counted(int(str(result)), 'conversation')} failed")
        else:
            self._build()

    def _failed(self, error: BaseException | None) -> None:
        was_writing = self.phase == "writing"
        self._enter("ready")
        if isinstance(error, StoppedError):
            kept = "what was answered is kept" if was_writing else "nothing is left"
            self._say(f"stopped; {kept}")
            return
        if was_writing:
            self._trouble("the model cannot be asked")
        else:
            self._say("nothing was built")
        self.notice.fail(f"{error}")

    def _trouble(self, what: str) -> None:
        self._enter("trouble")
        self._say(f"{what}: retry, type by hand, or take built-in texts")
        for chat in self.journal.chats.values():
            if chat.state == "failed":
                self.query_one(RowList).point_at(chat.id)
                break
        self._draw()

    def _made(self, made: BuildResult) -> None:
        problem = ""
        try:
            self.foundry.cast.record(self.foundry.project, made)
        except FoundryError as error:
            problem = str(error)
        self._ended = (made, problem)
        self._enter("ready")
        self._draw()
        self._say("done: ctrl+n shows the result, g builds it again")
        self.app.push_screen(ResultScreen(made, problem))

    # --- when the model fails ---

    def action_retry(self) -> None:
        self._write()

    def action_fallback(self) -> None:
        """Use the built-in texts for conversations that nobody wrote."""
        self._build()

    def action_by_hand(self) -> None:
        wanted = self.query_one(RowList).current
        if wanted is not None:
            folder = self.foundry.draft.packs
            hand = writing.Hand(self.foundry.project, wanted, folder)
            self.app.push_screen(ByHandScreen(hand), self._typed)

    def _typed(self, said: list[Bubble] | None) -> None:
        chat = self.journal.chats[self.query_one(RowList).current or ""]
        if said:
            chat.state, chat.done, chat.problem = "written", len(said), ""
            chat.bubbles.clear()
            chat.bubbles.extend(said)
            told = counted(len(said), "message")
            self.notice.say(f"{told} typed; built-in texts fill the rest.")
        self._draw()
