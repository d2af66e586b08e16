"""What `scaling.py` measured, as Markdown tables and a plot."""

from colorkeras.bench.scaling_points import SMALL
from colorkeras.records.atomic import replacing, write_text

MEASURES = {
    "images_per_second": "images/s",
    "peak_memory_mb": "peak memory (MiB)",
    "memory_estimate_mb": "estimate (MiB)",
    "first_open_s": "first opening of a folder (s)",
    "open_s": "opening it again (s)",
    "packed_open_s": "opening images.h5 (s)",
    "packed_images_per_second": "images/s from images.h5",
}


def write_report(table, out):
    """Write scaling.md and scaling.png.

    Args:
        table: the `DataFrame` that scaling.csv holds.
        out: folder to write to.
    """
    texts = ["# How the cost of training grows\n"]
    texts += [f"`{table.command[0]}` on {table.machine[0]}, commit `{table.commit[0][:12]}`.\n"]
    for axis, rows in table.groupby("axis", sort=False):
        columns = [name for name in MEASURES if name in rows and rows[name].notna().any()]
        head = [axis, *(MEASURES[name] for name in columns)]
        lines = [head, ["---:"] * len(head)]
        for _, row in rows.iterrows():
            lines.append([f"{row.value:,}", *(f"{row[name]:,.4g}" for name in columns)])
        texts.append("\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")
    write_text(out / "scaling.md", "\n".join(texts))
    _plot(table, out / "scaling.png")


def _plot(table, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    titles = {
        "images": f"loading, {SMALL}×{SMALL}, no cache",
        "batch": "step, by batch",
        "size": "step, by image side (pixels)",
        "replicas": "step, by replicas on one CPU",
    }
    figure, panels = pyplot.subplots(1, len(titles), figsize=(14, 4), layout="constrained")
    for panel, (axis, title) in zip(panels, titles.items(), strict=True):
        rows = table[table.axis == axis]
        panel.plot(rows.value, rows.images_per_second, "o-", label="images/s")
        if axis == "images":
            panel.plot(rows.value, rows.packed_images_per_second, "s-", label="images/s, images.h5")
        memory = panel.twinx()
        memory.plot(rows.value, rows.peak_memory_mb, "^--", color="0.5", label="peak memory")
        memory.set_ylim(0, None)
        panel.set(title=title, xscale="log", ylim=(0, None), xticks=rows.value)
        panel.set_xticks(rows.value, [f"{value:,}" for value in rows.value])
        panel.minorticks_off()
    figure.legend(
        handles=[*panels[0].get_legend_handles_labels()[0], *memory.get_legend_handles_labels()[0]],
        loc="outside lower center",
        ncols=3,
    )
    panels[0].set_ylabel("images/s")
    memory.set_ylabel("MiB")
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110)
