"""A field of several counts, each with a key of its own."""

from collections.abc import Sequence
from typing import Any

from app.core.forms.typed import NotUnderstood, WholeNumberField, say, whole_number


class CountsField(WholeNumberField):
    """Counts by key, each an input `<name>.<key>`; empty ones are left out of `data`."""

    part_errors: dict[str, str]
    typed_parts: dict[str, str]
    counts: dict[str, int]

    def __init__(self, *args: Any, keys: Sequence[str] = (), **kwargs: Any) -> None:
        self._keys = tuple(keys)
        super().__init__(*args, **kwargs)

    @property
    def keys(self) -> tuple[str, ...]:
        return self._keys

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        self.part_errors = {}
        super().process(None, *args, **kwargs)
        if formdata:
            self.process_data(None)
        for key in self.keys if formdata else ():
            typed = formdata.get(f"{self.name}.{key}", "")
            if typed.strip():
                self.typed_parts[key] = typed
                self._read(key, typed)

    def process_data(self, value: Any) -> None:
        self.data = self.counts = dict(value or {})
        self.typed_parts = {key: self.written(count) for key, count in self.counts.items()}

    def _read(self, key: str, typed: str) -> None:
        try:
            self.counts[key] = whole_number(typed)
        except NotUnderstood as fault:
            self.part_errors[key] = say(fault.message, **fault.numbers)

    @property
    def anchor(self) -> str:
        return f"{self.id}.{self.keys[0]}"

    @property
    def is_empty(self) -> bool:
        return not self.typed_parts

    @property
    def is_blank(self) -> bool:
        return self.is_empty and not self.errors and not self.part_errors
