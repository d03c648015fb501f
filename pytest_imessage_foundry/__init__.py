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
        Audio,
        Background,
        Case,
        Chatbot,
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
        Handwriting,
        Link,
        Message,
        Music,
        Persona,
        Place,
        Poll,
        PollOption,
        Reply,
        RichCard,
        Run,
        Scenario,
        Schedule,
        Sticker,
        StoreApp,
        Tapback,
        TextPart,
        Traits,
        Translation,
        Turn,
        Unsent,
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
        "AppCard Attachment Audio Background Case ChatProperties Chatbot "
        "CloudRecord Collaboration Conversation ConversationConfig Deletion "
        "Detected DetectedPart DigitalTouch Edit Event FilterCategory Handwriting "
        "Link Message Music Persona Place Poll PollOption Reply RichCard Run "
        "Scenario Schedule Sticker StoreApp Tapback TextPart Traits Translation "
        "Turn Unsent"
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
    "Audio",
    "Author",
    "Background",
    "Case",
    "CaseOnFile",
    "Chat",
    "ChatDB",
    "ChatDBBuilder",
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
    "Foundry",
    "FoundryError",
    "GoneReading",
    "Handwriting",
    "IOSBackup",
    "Link",
    "Live",
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
    "PollOption",
    "Reading",
    "Reply",
    "Report",
    "RichCard",
    "Run",
    "Scenario",
    "Schedule",
    "Scorecard",
    "Spec",
    "Sticker",
    "StickerReading",
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
