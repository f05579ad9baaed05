"""The languages a prompt can be marked with, and a guess from the script it is written in. Pure."""

import unicodedata
from collections import Counter

LANGUAGES: dict[str, str] = {
    "ar": "العربية",
    "bn": "বাংলা",
    "ca": "Català",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "eo": "Esperanto",
    "es": "Español",
    "eu": "Euskara",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "gl": "Galego",
    "he": "עברית",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "nb": "Norsk bokmål",
    "pl": "Polski",
    "pt-BR": "Português (Brasil)",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk-UA": "Українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
"""Codes of the oasst collection with the name each language has for itself."""

_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "ARABIC": "ar",
    "HEBREW": "he",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
}
_SAMPLE_CHARACTERS = 400


def guessed_language(text: str, fallback: str) -> str:
    """The language most letters of the text belong to by their script.

    Latin letters say nothing, so they count for the fallback. Any kana makes Japanese of Chinese characters.
    """
    found: Counter[str] = Counter()
    for character in text[:_SAMPLE_CHARACTERS]:
        if character.isalpha():
            found[_SCRIPTS.get(unicodedata.name(character, "").split(" ")[0].split("-")[0], "")] += 1
    if not found:
        return fallback
    if found["ja"]:
        found["ja"] += found.pop("zh", 0)
    code, _ = found.most_common(1)[0]
    return code or fallback


def language_name(code: str) -> str:
    """The language's own name; the code itself when it is not one of ours."""
    return LANGUAGES.get(code, code)
