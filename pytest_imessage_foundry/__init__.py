"""Schema-true iMessage chat.db fixtures for pytest, with the truth beside them."""

from __future__ import annotations

TYPE_CHECKING = False  # the process of live() starts without typing
if TYPE_CHECKING:
    from typing import Any

    from pytest_imessage_foundry.by_hand import ChatDBBuilder
    from pytest_imessage_foundry.chatdb.case_on_file import CaseOnFile
    from pytest_imessage_foundry.chatdb.live import Live
    from pytest_imessage_foundry.conversations.authoring.author import Author
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.authoring.facts import MessageFacts
    from pytest_imessage_foundry.db.functions import register_functions
    from pytest_imessage_foundry.db.validators import Finding, Report
    from pytest_imessage_foundry.errors import (
        FoundryError,
        MisreadError,
        MissingConversationError,
        UnknownReleaseError,
        UnreadableFileError,
        UnsupportedError,
    )
    from pytest_imessage_foundry.foundry import ChatDB, Foundry
    from pytest_imessage_foundry.ios.ios_backup import IOSBackup
    from pytest_imessage_foundry.messages_home import MessagesHome
    from pytest_imessage_foundry.models import (
        AppCard,
        Attachment,
        Attribution,
        Audio,
        Background,
        Case,
        Chatbot,
        ChatHistory,
        ChatProperties,
        CloudRecord,
        Collaboration,
        Conversation,
        ConversationConfig,
        Deletion,
        Detected,
        DetectedPart,
        DigitalTouch,
        Edit,
        Event,
        FilterCategory,
        FormerChat,
        Handwriting,
        Link,
        Lyrics,
        Message,
        Music,
        Persona,
        Place,
        Poll,
        PollChoice,
        PollOption,
        PollVote,
        Reaction,
        Removal,
        Replaced,
        Reply,
        RichCard,
        Run,
        Scenario,
        Schedule,
        Sitting,
        Sticker,
        StickerSource,
        StoreApp,
        Tapback,
        TextPart,
        Traits,
        Translation,
        Turn,
        Unsent,
        When,
    )
    from pytest_imessage_foundry.scorecard.readings import (
        ChatReading,
        ChoiceReading,
        EventReading,
        GoneReading,
        MessageReading,
        Reading,
        StickerReading,
        TapbackReading,
        VoteReading,
    )
    from pytest_imessage_foundry.scorecard.scores import Scorecard
    from pytest_imessage_foundry.spec import Spec

# Importing the package must cost nothing: pytest does so at every start.
_HOMES = {
    "by_hand": "ChatDBBuilder",
    "chatdb.case_on_file": "CaseOnFile",
    "chatdb.live": "Live",
    "conversations.authoring.author": "Author",
    "conversations.authoring.chat": "Chat",
    "conversations.authoring.draft": "Draft",
    "conversations.authoring.facts": "MessageFacts",
    "db.functions": "register_functions",
    "db.validators": "Finding Report",
    "errors": (
        "FoundryError MisreadError MissingConversationError UnknownReleaseError "
        "UnreadableFileError UnsupportedError"
    ),
    "foundry": "ChatDB Foundry",
    "ios.ios_backup": "IOSBackup",
    "messages_home": "MessagesHome",
    "models": (
        "AppCard Attachment Attribution Audio Background Case ChatHistory "
        "ChatProperties Chatbot CloudRecord Collaboration Conversation "
        "ConversationConfig Deletion Detected DetectedPart DigitalTouch Edit "
        "Event FilterCategory FormerChat Handwriting Link Lyrics Message Music "
        "Persona Place Poll PollChoice PollOption PollVote Reaction Removal "
        "Replaced Reply RichCard Run Scenario Schedule Sitting Sticker StickerSource "
        "StoreApp Tapback TextPart Traits Translation Turn Unsent When"
    ),
    "scorecard.readings": (
        "ChatReading ChoiceReading EventReading GoneReading MessageReading Reading "
        "StickerReading TapbackReading VoteReading"
    ),
    "scorecard.scores": "Scorecard",
    "spec": "Spec",
}
__all__ = [
    "AppCard",
    "Attachment",
    "Attribution",
    "Audio",
    "Author",
    "Background",
    "Case",
    "CaseOnFile",
    "Chat",
    "ChatDB",
    "ChatDBBuilder",
    "ChatHistory",
    "ChatProperties",
    "ChatReading",
    "Chatbot",
    "ChoiceReading",
    "CloudRecord",
    "Collaboration",
    "Conversation",
    "ConversationConfig",
    "Deletion",
    "Detected",
    "DetectedPart",
    "DigitalTouch",
    "Draft",
    "Edit",
    "Event",
    "EventReading",
    "FilterCategory",
    "Finding",
    "FormerChat",
    "Foundry",
    "FoundryError",
    "GoneReading",
    "Handwriting",
    "IOSBackup",
    "Link",
    "Live",
    "Lyrics",
    "Message",
    "MessageFacts",
    "MessageReading",
    "MessagesHome",
    "MisreadError",
    "MissingConversationError",
    "Music",
    "Persona",
    "Place",
    "Poll",
    "PollChoice",
    "PollOption",
    "PollVote",
    "Reaction",
    "Reading",
    "Removal",
    "Replaced",
    "Reply",
    "Report",
    "RichCard",
    "Run",
    "Scenario",
    "Schedule",
    "Scorecard",
    "Sitting",
    "Spec",
    "Sticker",
    "StickerReading",
    "StickerSource",
    "StoreApp",
    "Tapback",
    "TapbackReading",
    "TextPart",
    "Traits",
    "Translation",
    "Turn",
    "UnknownReleaseError",
    "UnreadableFileError",
    "Unsent",
    "UnsupportedError",
    "VoteReading",
    "When",
    "register_functions",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        return version("pytest-imessage-foundry")
    for home, names in _HOMES.items() if name in __all__ else ():
        if name in names.split():
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
