
"use strict";
const form = document.querySelector("form");
form.addEventListener("submit", (event) => event.preventDefault());

// The line between photograph and coloring.
form.addEventListener("input", (event) => {
  if (event.target.type === "range") {
    event.target.parentNode.style.setProperty("--x", `${event.target.value}%`);
  }
});

// Another sample, or the doubt: its small copy and the link to its file.
form.addEventListener("change", (event) => {
  const card = event.target.closest("article");
  if (!card || event.target.type === "range") return;
  const image = card.querySelector(".after");
  const link = card.querySelector("a");
  image.dataset.small ??= image.getAttribute("src");
  image.dataset.full ??= link.getAttribute("href");
  const chosen = card.querySelector("[type=checkbox]:checked")
    ?? card.querySelector("[type=radio]:checked") ?? image;
  image.setAttribute("src", chosen.dataset.small);
  link.setAttribute("href", chosen.dataset.full);
});

const search = document.querySelector("#search");
if (search) {
  const plain = (text) => text.normalize("NFC").toLowerCase();
  const cards = Array.from(document.querySelectorAll("article"));
  const names = cards.map((card) => plain(card.querySelector("h2").textContent));
  document.querySelector("#finder").hidden = false;
  search.addEventListener("input", () => {
    const words = plain(search.value).split(/\s+/);
    let count = 0;
    cards.forEach((card, number) => {
      card.hidden = !words.every((word) => names[number].includes(word));
      count += card.hidden ? 0 : 1;
    });
    document.querySelector("#found").textContent = search.value ? `${count} found` : "";
  });
}
