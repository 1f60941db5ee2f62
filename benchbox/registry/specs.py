"""The text of specs: `vqunet(channels=32), white` to names and options, and back by `str(spec)`."""

import json
import math
import re
from dataclasses import replace
from typing import Any, ClassVar

from benchbox.errors import BadOption
from benchbox.records import Spec

_ALIAS = re.compile(r"[A-Za-z0-9](?:[\w .+-]{0,38}[\w+-])?", re.ASCII)
"""Safe as a file's name, and nothing that markdown, LaTeX or a spreadsheet takes for more than text."""


def parse_spec(text: str) -> Spec:
    """Read one `name` or `name(option=value, ...)`.

    The name is that of an installed plugin, or says where one lies: `file.py:name`, `module:name`.
    A value is a number, true, false, none, a quoted string, a [list], or a bare word such as a path.

    Raises:
        BadOption: the text is not of that form; says where.
    """
    specs = parse_specs(text)
    if len(specs) != 1:
        raise BadOption(f"{text!r}: wants exactly one name(option=value, ...), got {len(specs)}")
    return specs[0]


def parse_specs(text: str, *, aliases: bool = False) -> list[Spec]:
    """Read `a,b(x=1),c`: specs separated by commas, with `aliases` also `ours=b(x=1)`.

    Raises:
        BadOption: the text is not of that form, or an alias is none that a file and a table can have.
    """
    reader = _Reader(text)
    specs = []
    while not reader.at_end():
        alias = reader.alias()
        if alias and not aliases:
            raise BadOption(f"{text!r}: only --denoisers give names, so leave out {alias!r} and its '='")
        specs.append(replace(reader.spec(), alias=check_alias(alias) if alias else ""))
        if not reader.at_end():
            reader.expect(",")
    return specs


def check_alias(alias: str) -> str:
    """Return a name that a user gives a system.

    Raises:
        BadOption: it is none that a file and a table can have.
    """
    if _ALIAS.fullmatch(alias):
        return alias
    what = "looks like a path" if set(alias) & set("/\\~") else "is no name"
    raise BadOption(
        f"{alias!r} {what}: before '=' stands what a system is called, of letters, digits, ' ', '.', '_', "
        "'+' and '-', 40 at most; for example ours=vqunet"
    )


class _Reader:
    _NAME = re.compile(r"[A-Za-z_]\w*")
    _REFERENCE = re.compile(r"(?:[A-Za-z]:[/\\])?[^,()\[\]\"'\s:=]+:[A-Za-z_]\w*")
    _BARE = re.compile(r"[^,()\[\]\"'\s]+")
    _BEFORE = re.compile(r"\s*([^,()\[\]\"'=]+?)\s*=")
    _PATH = re.compile(r"[~./\\]|\w:\\|[^,]*[/\\]|[^,]*\.(wav|flac|ogg|toml|py)$", re.IGNORECASE)
    _NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
    _DEEPEST = 8
    _WORDS: ClassVar = {"true": True, "false": False, "none": None, "null": None}

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0
        self._check_text(text)

    def at_end(self) -> bool:
        self._skip_space()
        return self.position == len(self.text)

    def alias(self) -> str:
        """Take the alias that stands before a spec; return nothing where there is none."""
        found = self._BEFORE.match(self.text, self.position)
        if not found:
            return ""
        self.position = found.end()
        return found.group(1)

    def spec(self) -> Spec:
        self._skip_space()
        named = self._REFERENCE if self._REFERENCE.match(self.text, self.position) else self._NAME
        name = self._match(named, "a name")
        options: dict[str, Any] = {}
        if self._taken("("):
            while not self._closed(")"):
                if options:
                    self._next(")")
                option = self._match(self._NAME, "an option name")
                if option in options:
                    raise BadOption(f"{self.text!r}: option {option!r} is given twice")
                self.expect("=")
                options[option] = self._value()
        return Spec(name, options)

    def expect(self, symbol: str) -> None:
        if not self._taken(symbol):
            raise self._wanted(repr(symbol))

    def _closed(self, symbol: str) -> bool:
        """Take what closes a list, if it is there."""
        if self.at_end():
            inside = "options" if symbol == ")" else "a list"
            raise BadOption(f"{self.text!r}: {symbol!r} is missing at the end: it closes {inside}")
        return self._taken(symbol)

    def _next(self, closing: str) -> None:
        if not self._taken(","):
            raise self._wanted(f"',' or {closing!r}")

    def _value(self, depth: int = 0) -> Any:
        if self._taken("["):
            if depth == self._DEEPEST:
                raise BadOption(f"{self.text!r}: lists stand within lists, at most {self._DEEPEST} deep")
            values: list[Any] = []
            while not self._closed("]"):
                if values:
                    self._next("]")
                values.append(self._value(depth + 1))
            return values
        self._skip_space()
        if self.text.startswith('"', self.position):
            try:
                value, self.position = json.JSONDecoder().raw_decode(self.text, self.position)
            except json.JSONDecodeError:
                raise self._wanted("a closing quote") from None
            self._check_text(value)
            return value
        if self._taken("'"):
            start, end = self.position, self.text.find("'", self.position)
            if end < 0:
                raise self._wanted("a closing quote")
            self.position = end + 1
            return self.text[start:end]
        word = self._match(self._BARE, "a value")
        if word.lower() in self._WORDS:
            return self._WORDS[word.lower()]
        if self._NUMBER.fullmatch(word):
            return self._number(word)
        return word

    def _number(self, word: str) -> int | float:
        whole = not set(word) & set(".eE")
        # Python itself refuses thousands of digits, and nothing that is counted here has more than 19.
        value = math.inf if whole and len(word) > 20 else int(word) if whole else float(word)
        if math.isinf(value):
            raise BadOption(f"{self.text!r}: the number {word} is too large")
        return value

    def _check_text(self, text: str) -> None:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadOption(f"{self.text!r}: a name in it is no UTF-8, rename what it names") from None

    def _match(self, pattern: re.Pattern[str], wanted: str) -> str:
        self._skip_space()
        found = pattern.match(self.text, self.position)
        if not found:
            raise self._wanted(wanted)
        self.position = found.end()
        return found.group()

    def _taken(self, symbol: str) -> bool:
        self._skip_space()
        taken = self.text.startswith(symbol, self.position)
        self.position += len(symbol) * taken
        return taken

    def _skip_space(self) -> None:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1

    def _wanted(self, what: str) -> BadOption:
        if (path := self._path()) and path.endswith(".py"):
            return BadOption(f"{self.text!r}: {path!r} is a file; name what to use of it: {path}:denoise")
        if path:
            written = path if _Reader._BARE.fullmatch(path) else json.dumps(path, ensure_ascii=False)
            hint = f"write folder(path={written}) for speech, recorded(path={written}) for noise"
            return BadOption(f"{self.text!r}: {path!r} is a path, not a name; {hint}")
        rest = repr(self.text[self.position :]) if self.position < len(self.text) else "the end"
        return BadOption(f"{self.text!r}: wants {what} at {rest}; write name(option=value, ...)")

    def _path(self) -> str | None:
        """Return the path that stands where a name should, if one does."""
        start = self.text.rfind(",", 0, self.position) + 1
        end = self.text.find(",", self.position)
        item = self.text[start : end if end >= 0 else None].strip()
        return item if self._PATH.match(item) and not set(item) & set("()[]=") else None
