"""Collect first names anew: python tests/conversations/dialogue/make_first_names.py

Takes the names that Faker draws most often in each of its locales. The committed file
is what counts: it changes with a release of this package and with nothing else.
"""

from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path
from random import Random

from faker import Faker
from faker.config import AVAILABLE_LOCALES

ROOT = Path(__file__).parents[3]
NAMES = ROOT / "pytest_imessage_foundry/conversations/dialogue/first_names.json"
MOST = 120
USUAL = "en_US"
# Faker's list of Turkey has mostly names that hardly anybody bears, and misspelt ones.
_TURKEY = """
Ahmet Ali Alper Arda Arzu Aslı Atakan Aylin Aysel Aytaç Ayşe Banu Barış Batuhan Başak
Bora Burak Burcu Buse Büşra Can Canan Cansu Cem Cemal Cemre Ceren Deniz Derya Didem
Dilek Ebru Ece Ekin Elif Emel Emine Emre Engin Ercan Erdem Eren Esin Esra Evren Eylül
Fatih Fatma Ferhat Feyza Filiz Furkan Fırat Gamze Gizem Gökhan Gönül Gül Gülay Gülşen
Hakan Halil Hande Hasan Hatice Hilal Hülya Hüseyin Kaan Kadir Kemal Kerem Kübra Levent
Leyla Mehmet Melek Melike Melis Meltem Mert Merve Meryem Metin Murat Mustafa Nazlı
Nermin Nihal Nil Nur Nuray Okan Onur Orhan Osman Oya Ozan Pelin Pınar Recep Rıza Seda
Selim Selin Sema Serap Serkan Sevgi Sevim Sibel Sinem Tarık Tolga Tuba Tuncay Tülay
Ufuk Umut Volkan Yasemin Yusuf Zehra Zeynep Özge Özlem İbrahim İlker İpek İrem İsmail
Şeyma
"""
OWN = {"tr_TR": _TURKEY.split()}
LISTS = ("first_names", "first_names_male", "first_names_female")


def names_of(locale: str) -> list[str]:
    """The most frequent names of a locale; where no rate is stated, some of all."""
    (provider,) = Faker(locale, providers=["faker.providers.person"]).providers
    weights: dict[str, float] = {}
    for name in LISTS:
        listed = getattr(provider, name, None) or ()
        rates = listed if isinstance(listed, dict) else dict.fromkeys(listed, 1.0)
        for each, rate in rates.items():
            weights[each] = max(weights.get(each, 0), rate)
    known = sorted(weights)
    Random(f"names of {locale}").shuffle(known)
    return sorted(sorted(known, key=lambda each: -weights[each])[:MOST])


def main() -> None:
    faker = distribution("faker")
    (licence,) = [each for each in faker.files or () if each.name == "LICENSE.txt"]
    about = f"First names of Faker {faker.version}, under its licence"
    about += f"; those of {', '.join(OWN)} are our own"
    lines = [f'"about": {json.dumps(about)}']
    lines.append(f'"licence": {json.dumps(licence.locate().read_text())}')
    # Where Faker has no names of a locale it draws those of en_US, as we do.
    locales = {
        each: OWN.get(each) or names_of(each) for each in sorted(AVAILABLE_LOCALES)
    }
    for locale, names in locales.items():
        if locale == USUAL or names != locales[USUAL]:
            lines.append(f'"{locale}": {json.dumps(names, ensure_ascii=False)}')
    NAMES.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
