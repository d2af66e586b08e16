"use strict";
const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
const plain = (text) => text.normalize("NFC").toLowerCase();

// Tables: a click on a heading sorts, a second one turns the order. Rows without a number stay last.
for (const table of all("table.sortable")) {
  const body = table.tBodies[0];
  all("th button", table).forEach((button) => {
    button.addEventListener("click", () => {
      const heading = button.closest("th");
      const column = heading.cellIndex;
      const best = heading.dataset.best === "high" ? "descending" : "ascending";
      const other = best === "ascending" ? "descending" : "ascending";
      const order = heading.getAttribute("aria-sort") === best ? other : best;
      all("th", table).forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const key = (row) => row.cells[column].dataset.value ?? "";
      const compare = (one, two) => {
        const [a, b] = [key(one), key(two)];
        if (a === "" || b === "") return (a === "") - (b === "");
        const numbers = [Number(a), Number(b)];
        const less = numbers.some(Number.isNaN) ? a.localeCompare(b) : numbers[0] - numbers[1];
        return sign * less;
      };
      body.append(...all("tr", body).sort(compare));
    });
  });
}

// A field above a table or a list shows only what has all its words.
for (const field of all("input[data-filter]")) {
  const rows = all(field.dataset.filter);
  const texts = rows.map((row) => plain(row.textContent));
  const chosen = document.getElementById(field.dataset.also);
  const told = document.getElementById(field.dataset.told);
  const show = () => {
    const words = plain(field.value).split(/\s+/);
    const kind = chosen ? chosen.value : "";
    let count = 0;
    rows.forEach((row, number) => {
      row.hidden = !words.every((word) => texts[number].includes(word))
        || (kind !== "" && row.dataset.kind !== kind);
      count += row.hidden ? 0 : 1;
    });
    told.textContent = `${count} of ${rows.length}`;
  };
  field.addEventListener("input", show);
  if (chosen) chosen.addEventListener("change", show);
  show();
}

// Images: what is left and right of each line. They are put in place when they come into sight.
const data = JSON.parse(document.getElementById("images").textContent);
for (const part of all("section.images")) {
  const [left, right] = all("select", part);
  const images = data[part.dataset.protocol];
  const place = (figure) => {
    const image = images[Number(figure.dataset.number)];
    for (const [name, select] of [["left", left], ["right", right]]) {
      const shown = figure.querySelector(`.${name}`);
      shown.src = image[select.value];
      shown.alt = `${select.selectedOptions[0].textContent}: ${figure.dataset.name}`;
    }
  };
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      watcher.unobserve(entry.target);
      seen.add(entry.target);
      place(entry.target);
    }
  }, { rootMargin: "600px" });
  all("figure", part).forEach((figure) => watcher.observe(figure));
  part.addEventListener("change", (event) => {
    if (event.target.matches("select")) seen.forEach(place);
  });
  part.addEventListener("input", (event) => {
    if (event.target.type === "range") {
      event.target.parentNode.style.setProperty("--x", `${event.target.value}%`);
    }
  });
}
