(() => {
"use strict";

// Sorting: every heading becomes a button.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.append(button);
    button.addEventListener("click", () => {
      const numbers = head.classList.contains("n");
      const was = head.getAttribute("aria-sort");
      const down = was ? was === "ascending" : numbers;
      heads.forEach((h) => h.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      const value = (row) => numbers ? Number(row.cells[column].dataset.v) : row.cells[column].textContent;
      const rows = [...body.rows].map((row) => ({ row, v: value(row) }));
      rows.sort((a, b) => sign * (numbers ? a.v - b.v : a.v < b.v ? -1 : a.v > b.v ? 1 : 0));
      body.append(...rows.map((r) => r.row));
    });
  });
}

// Filtering by words of the name.
document.querySelectorAll("table.filterable").forEach((table, i) => {
  const rows = [...table.tBodies[0].rows];
  const names = rows.map((row) => row.cells[0].textContent.toLowerCase());
  const box = document.createElement("div");
  box.className = "filter";
  const label = document.createElement("label");
  label.textContent = "Filter types";
  label.htmlFor = "filter-" + i;
  const input = document.createElement("input");
  input.type = "search";
  input.id = label.htmlFor;
  input.autocomplete = "off";
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  const run = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, k) => {
      row.hidden = !words.every((word) => names[k].includes(word));
      if (!row.hidden) shown++;
    });
    count.textContent = input.value ? shown + " of " + rows.length : rows.length + " types";
  };
  input.addEventListener("input", run);
  run();
  box.append(label, input, count);
  table.closest(".scroll").before(box);
});

// Pictures: pan by dragging or arrow keys, zoom by buttons, + and -, or the
// wheel with Ctrl.
for (const picture of document.querySelectorAll(".picture")) {
  const canvas = picture.querySelector(".canvas");
  const svg = canvas && canvas.querySelector("svg");
  if (!svg) continue;
  const home = svg.getAttribute("viewBox").split(" ").map(Number);
  let view = home.slice();
  const show = () => svg.setAttribute("viewBox", view.join(" "));
  const zoom = (factor, x = 0.5, y = 0.5) => {
    const w = Math.min(home[2] * 2, Math.max(home[2] / 20, view[2] / factor));
    const h = w * home[3] / home[2];
    view = [view[0] + (view[2] - w) * x, view[1] + (view[3] - h) * y, w, h];
    show();
  };
  const pan = (dx, dy) => { view[0] += dx * view[2]; view[1] += dy * view[3]; show(); };
  const reset = () => { view = home.slice(); show(); };
  picture.classList.add("live");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "region");
  canvas.setAttribute("aria-label", (picture.getAttribute("aria-label") || "Picture") + ": arrow keys pan, plus and minus zoom, 0 resets");
  const tools = document.createElement("div");
  tools.className = "tools";
  for (const [name, title, act] of [["+", "Zoom in", () => zoom(1.4)], ["−", "Zoom out", () => zoom(1 / 1.4)], ["Reset", "Show all", reset]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.title = title;
    button.setAttribute("aria-label", title);
    button.addEventListener("click", act);
    tools.append(button);
  }
  const hint = document.createElement("span");
  hint.textContent = "drag to pan, Ctrl and wheel to zoom";
  tools.append(hint);
  picture.prepend(tools);
  const keys = { "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), "0": reset,
    ArrowLeft: () => pan(-0.1, 0), ArrowRight: () => pan(0.1, 0), ArrowUp: () => pan(0, -0.1), ArrowDown: () => pan(0, 0.1) };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    keys[event.key]();
    event.preventDefault();
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    const box = svg.getBoundingClientRect();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    event.preventDefault();
  }, { passive: false });
  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("text")) return; // text stays selectable
    from = { x: event.clientX, y: event.clientY, view: view.slice() };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    const box = svg.getBoundingClientRect();
    view[0] = from.view[0] - (event.clientX - from.x) / box.width * view[2];
    view[1] = from.view[1] - (event.clientY - from.y) / box.height * view[3];
    show();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { from = null; });
}

// A collapsed box opens the table of what it stands for.
for (const details of document.querySelectorAll("details.unfold")) {
  const box = document.getElementById(details.dataset.box);
  if (!box) continue;
  box.ownerSVGElement.setAttribute("role", "group"); // an img would hide the button in it
  box.classList.add("opens");
  box.setAttribute("tabindex", "0");
  box.setAttribute("role", "button");
  box.setAttribute("aria-controls", details.id);
  const table = details.querySelector("table");
  table.tabIndex = -1;
  const open = () => {
    details.open = true;
    table.focus(); // not the summary, which would take the rest of the key press for its own
  };
  box.addEventListener("click", open);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    open();
    event.preventDefault();
    event.stopPropagation();
  });
}
})();
