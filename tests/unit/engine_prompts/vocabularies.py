"""Small vocabularies: each byte is a token, and so is each special name."""

from dataclasses import dataclass, field


@dataclass
class ByteVocabulary:
    """specials: names of control tokens. user_defined: names that are read even when special is off."""

    specials: tuple[str, ...] = ()
    user_defined: tuple[str, ...] = ()
    eos_name: str = ""
    bos_name: str = ""
    add_bos: bool = False
    size: int = field(init=False, default=512)
    eot: int | None = None

    def __post_init__(self) -> None:
        names = dict.fromkeys((*self.specials, *self.user_defined, self.eos_name, self.bos_name))
        self._ids = {name: 256 + index for index, name in enumerate(name for name in names if name)}
        self.eos = self._ids.get(self.eos_name)
        self.bos = self._ids.get(self.bos_name)
        self.end_tokens = frozenset({self.eos} - {None})

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        names = list(self._ids) if special else list(self.user_defined)
        ids: list[int] = []
        while text:
            name = next((name for name in names if text.startswith(name)), None)
            ids += [self._ids[name]] if name else text[0].encode()
            text = text[len(name or "x") :]
        return ids

    def piece(self, token: int) -> bytes:
        return bytes([token]) if token < 256 else b""

    def special_token(self, text: str) -> int | None:
        return self._ids.get(text)

    def spell(self, ids) -> str:
        """The ids as text, special tokens in double angle brackets."""
        names = {token: f"«{name}»" for name, token in self._ids.items()}
        out = b"".join(names[token].encode() if token in names else bytes([token]) for token in ids)
        return out.decode()


OASST = ("<|prompter|>", "<|assistant|>", "<|system|>", "<|prefix_begin|>", "<|prefix_end|>")


def pythia() -> ByteVocabulary:
    return ByteVocabulary(OASST, eos_name="<|endoftext|>", bos_name="<|endoftext|>")


def llama() -> ByteVocabulary:
    """As in conversions of 2023: the role tokens are "user defined", and BOS is wanted."""
    return ByteVocabulary(("<s>",), OASST, eos_name="</s>", bos_name="<s>", add_bos=True)


def chatml() -> ByteVocabulary:
    return ByteVocabulary(("<|im_start|>",), eos_name="<|im_end|>", bos_name="<|im_start|>", add_bos=True)


def danube() -> ByteVocabulary:
    return ByteVocabulary(("<|prompt|>", "<|answer|>", "<s>"), eos_name="</s>", bos_name="<s>", add_bos=True)


def plain() -> ByteVocabulary:
    """A base model of the llama kind: no role tokens at all."""
    return ByteVocabulary(("<s>",), eos_name="</s>", bos_name="<s>", add_bos=True)


def llama3() -> ByteVocabulary:
    marks = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
    return ByteVocabulary(marks, eos_name="<|end_of_text|>", bos_name="<|begin_of_text|>", add_bos=True)


def gemma() -> ByteVocabulary:
    marks = ("<start_of_turn>", "<end_of_turn>")
    return ByteVocabulary((), marks, eos_name="<eos>", bos_name="<bos>", add_bos=True)


def phi() -> ByteVocabulary:
    return ByteVocabulary(("<|user|>", "<|assistant|>", "<|system|>", "<|end|>"), eos_name="<|endoftext|>")


def every() -> tuple[ByteVocabulary, ...]:
    """One of each kind."""
    return (pythia(), llama(), chatml(), danube(), plain(), llama3(), gemma(), phi())
