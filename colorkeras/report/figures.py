"""The figures of a comparison: what was written, and what could not be drawn."""

from dataclasses import dataclass, field

from colorkeras.report.document import Block, Command, Heading, Paragraph
from colorkeras.report.figure_captions import Written


@dataclass
class Figures:
    """What was written and what was not.

    Attributes:
        written: the figures.
        missing: of each protocol with systems without stored images: a sentence, and the commands
            that would store them.
    """

    written: list[Written] = field(default_factory=list)
    missing: list[tuple[str, list[str]]] = field(default_factory=list)

    def blocks(self) -> list[Block]:
        """The figures with their captions, then what is missing."""
        blocks: list[Block] = [Heading("Images")] if self.written else []
        blocks += [block for figure in self.written for block in figure.blocks()]
        if self.missing:
            blocks.append(Heading("Images not stored"))
        for sentence, commands in self.missing:
            blocks += [Paragraph(sentence), *map(Command, commands)]
        return blocks

    def blocks_of(self, kind: str) -> list[Block]:
        """The figures whose files begin with a word, with their captions."""
        chosen = (figure for figure in self.written if figure.stem.startswith(f"{kind}_"))
        return [block for figure in chosen for block in figure.blocks()]

    def file_names(self) -> list[str]:
        """The names of all files."""
        return [f"{figure.stem}{suffix}" for figure in self.written for suffix in figure.suffixes]
