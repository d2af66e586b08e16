"""What setup.cfg cannot say: a wheel has `experiments/` inside the package."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithExperiments(build_py):
    """Copy `experiments/*/*` to `colorkeras/experiments/`; a clone uses its own folder."""

    def run(self):
        super().run()
        for source, target in self._experiments():
            self.mkpath(str(Path(target).parent))
            self.copy_file(source, target)

    def get_outputs(self, include_bytecode=1):
        copied = [target for _, target in self._experiments()]
        return [*super().get_outputs(include_bytecode), *copied]

    def _experiments(self):
        """(file, its copy) of each; none for `pip install -e`."""
        if self.editable_mode:
            return []
        files = [path for path in Path("experiments").glob("*/*") if path.is_file()]
        return [(str(path), str(Path(self.build_lib, "colorkeras", path))) for path in files]


setup(cmdclass={"build_py": BuildWithExperiments})
