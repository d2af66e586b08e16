"""The figures of a comparison: what was written, and what lacks stored images."""

from dataclasses import dataclass, field

from colorkeras.console.counted import counted
from colorkeras.report.document import Block, Command, Heading, Paragraph
from colorkeras.report.figure_captions import Written

# The figures that need stored images: beginning of the file's name, and title.
OF_IMAGES = {
    "samples": "Test images",
    "auc_curves": "AuC curves",
    "chroma": "Chroma histograms",
    "errors": "Error maps",
    "extremes": "Best and worst images",
    "crops": "Crops",
}
_COMMANDS = (
    Command("python -m colorkeras.evaluate MODEL --data SOURCE --images all -o DIR"),
    Command("python -m colorkeras.run EXPERIMENT --set train.sample_images=40"),
)


@dataclass
class Figures:
    """What was written and what was not.

    Attributes:
        written: the figures.
        lacking: how many systems stored no test images.
    """

    written: list[Written] = field(default_factory=list)
    lacking: int = 0

    def blocks(self) -> list[Block]:
        """The figures with their captions, then how to store the images that are missing."""
        blocks: list[Block] = [Heading("Images")] if self.written else []
        blocks += [block for figure in self.written for block in figure.blocks()]
        if self.lacking:
            blocks += [Heading("Images not stored"), Paragraph(self._advice), *_COMMANDS]
        return blocks

    @property
    def _advice(self) -> str:
        kinds = ", ".join(title[:1].lower() + title[1:] for title in OF_IMAGES.values())
        return (
            f"{counted(self.lacking, 'system')} stored no test images. Without them there are no: "
            f"{kinds.replace('auC', 'AuC')}. A model that is still there can be evaluated again, "
            "with its images stored (first command). Otherwise train again with images stored "
            "(second command), and move the earlier run away: of two equal trainings one is shown."
        )

    def blocks_of(self, kind: str) -> list[Block]:
        """The figures whose files begin with a word, with their captions."""
        chosen = (figure for figure in self.written if figure.stem.startswith(f"{kind}_"))
        return [block for figure in chosen for block in figure.blocks()]

    def file_names(self) -> list[str]:
        """The names of all files."""
        return [f"{figure.stem}{suffix}" for figure in self.written for suffix in figure.suffixes]
