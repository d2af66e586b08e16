// Before and in color, with a line between them: a slider, and a handle on the photograph.

const stage = document.getElementById("stage");
const slider = document.getElementById("cut");
const handle = document.getElementById("handle");

/** Put the line at a share of the width, in percent. */
export function cutAt(percent) {
  slider.value = percent;
  stage.style.setProperty("--cut", `${slider.value}%`);
  slider.setAttribute("aria-valuetext", `${Math.round(slider.value)} % before, the rest in color`);
}

slider.addEventListener("input", () => cutAt(slider.value));
handle.addEventListener("pointerdown", (event) => {
  handle.setPointerCapture(event.pointerId);
  event.preventDefault();
});
handle.addEventListener("pointermove", (event) => {
  if (!handle.hasPointerCapture(event.pointerId)) return;
  const box = stage.getBoundingClientRect();
  cutAt(Math.min(100, Math.max(0, (100 * (event.clientX - box.left)) / box.width)));
});
cutAt(50);
