"""The property lists of a backup: which phone, how to open it, whether it is whole.

Keys as in public lists of them (iphonewiki, MVT, crabapple). Left out of a backup that
is not encrypted: the BackupKeyBag that a phone puts into Manifest.plist all the same,
whose keys nobody can unwrap.
"""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.ios.device import PRODUCT

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.ios.device import Device
    from pytest_imessage_foundry.ios.keybag import KeyBag

FILE_NAMES = ("Info.plist", "Manifest.plist", "Status.plist")
_MANIFEST_CLASS = 4  # as a public book on forensics has it


def write(folder: Path, device: Device, keys: KeyBag | None) -> None:
    """Write all three; Info.plist is XML, the others are binary."""
    lists = (_info(device), _manifest(device, keys), _status(device))
    forms = (plistlib.FMT_XML, plistlib.FMT_BINARY, plistlib.FMT_BINARY)
    for name, said, form in zip(FILE_NAMES, lists, forms, strict=True):
        (folder / name).write_bytes(plistlib.dumps(said, fmt=form))


def _info(device: Device) -> dict[str, Any]:
    """Info.plist: what iTunes shows of a phone."""
    said: dict[str, Any] = {
        "Build Version": device.build,
        "Device Name": device.name,
        "Display Name": device.name,
        "GUID": device.guid,
        "Installed Applications": [],
        "Last Backup Date": device.taken_at_utc,
        "Product Name": "iPhone",
        "Product Type": PRODUCT,
        "Product Version": device.version,
        "Serial Number": device.serial,
        "Target Identifier": device.udid,
        "Target Type": "Device",
        "Unique Identifier": device.udid,
        "iTunes Version": "12.13.0",
    }
    return said | ({"Phone Number": device.number} if device.number else {})


def _manifest(device: Device, keys: KeyBag | None) -> dict[str, Any]:
    """Manifest.plist: how to open the backup."""
    said: dict[str, Any] = {
        "Applications": {},
        "Date": device.taken_at_utc,
        "IsEncrypted": keys is not None,
        "Lockdown": {
            "BuildVersion": device.build,
            "DeviceName": device.name,
            "ProductType": PRODUCT,
            "ProductVersion": device.version,
            "SerialNumber": device.serial,
            "UniqueDeviceID": device.udid,
        },
        # Both numbers as public tools state them of Manifest.db backups.
        "SystemDomainsVersion": "24.0",
        "Version": "10.0",
        "WasPasscodeSet": True,
    }
    if keys is not None:
        said["BackupKeyBag"] = keys.blob
        said["ManifestKey"] = keys.wrapped(_MANIFEST_CLASS, keys.manifest_key)
    return said


def _status(device: Device) -> dict[str, Any]:
    """Status.plist: whether the backup is whole."""
    return {
        "BackupState": "new",
        "Date": device.taken_at_utc,
        "IsFullBackup": True,
        "SnapshotState": "finished",
        "UUID": device.backup_uuid,
        "Version": "3.3",
    }
