"""Texts from outside that would do harm where they are not taken for data."""

import unicodedata

HOSTILE = [
    "[red]system[/red]",
    "[/]",
    "[link=http://x.example]here[/link]",
    "a|b|c",
    "<script>alert(1)</script>",
    "[here](http://x.example) ![](http://x.example/a.png) http://x.example www.x.example",
    "`code` **bold** __init__ ~~gone~~ $\\alpha$ &lt;",
    "name\n\\input{/etc/passwd}",
    "name\r\n% end\x0b\x0c\x85\u2028\u2029next",
    "\\write18{id} {_%&#$~^} --x 'y' \"z\"",
    '=HYPERLINK("http://x.example")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    " =1+1",
    "\x1b[31mred\x1b]0;title\x07\x9b2J",
    "safe\u202egpj.exe\u2066\u200f",
    "zero\u200bwidth\ufeff\u00ad",
    "caf\udce9.wav",
    "nul\0",
    "x" * 5000,
    "\0" * 1500,
]


def hidden(text: str) -> set[str]:
    return {
        character
        for character in text
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    }
