// Measures a picture: which texts leave their box, which labels overlap each
// other, a box or the picture's edge, and which labels a line touches.
(() => {
  const svg = document.documentElement;
  const box = (e) => e.getBBox();
  const inside = (a, b, d) => a.x >= b.x - d && a.y >= b.y - d && a.x + a.width <= b.x + b.width + d && a.y + a.height <= b.y + b.height + d;
  const meet = (a, b, d) => a.x < b.x + b.width - d && b.x < a.x + a.width - d && a.y < b.y + b.height - d && b.y < a.y + a.height - d;
  // The ink of a text is lower than its box, which has room for accents.
  const ink = (e) => { const b = box(e); return { x: b.x, y: b.y + b.height * 0.12, width: b.width, height: b.height * 0.8 }; };
  const corners = (b) => [[b.x, b.y], [b.x + b.width, b.y], [b.x, b.y + b.height], [b.x + b.width, b.y + b.height]].map(([x, y]) => { const p = svg.createSVGPoint(); p.x = x; p.y = y; return p; });
  const view = svg.viewBox.baseVal;
  const out = [], overlaps = [], touched = [];
  const texts = [...document.querySelectorAll("text")];
  for (const t of texts) {
    if (!inside(box(t), view, 0.5)) out.push(t.textContent + " leaves the picture");
  }
  const nodes = [...document.querySelectorAll("g.node")];
  for (const g of nodes) {
    const frames = [...g.querySelectorAll("rect, polygon")];
    for (const t of g.querySelectorAll("text")) {
      const b = box(t);
      if (!frames.some((f) => f.localName === "rect" ? inside(b, box(f), 0) : corners(ink(t)).every((p) => f.isPointInFill(p)))) out.push(t.textContent + " leaves its box");
      for (const other of g.querySelectorAll("text")) {
        if (other !== t && meet(ink(other), ink(t), 0.5)) overlaps.push(t.textContent + " / " + other.textContent + " in one box");
      }
    }
  }
  const frames = nodes.map((g) => box(g.querySelector("rect, polygon")));
  for (let i = 0; i < frames.length; i++) for (let j = 0; j < i; j++) if (meet(frames[i], frames[j], 0.5)) overlaps.push("boxes " + i + " and " + j);
  const labels = [...document.querySelectorAll("g.label")].map((g) => ({ g, inks: [...g.querySelectorAll("text")].map(ink), words: g.textContent.trim().replace(/\s+/g, " ") }));
  labels.forEach((a, i) => {
    for (const b of labels.slice(0, i)) if (a.inks.some((x) => b.inks.some((y) => meet(x, y, 0.2)))) overlaps.push(a.words + " / " + b.words);
    frames.forEach((f, k) => { if (a.inks.some((x) => meet(x, f, 0.2))) overlaps.push(a.words + " / box " + nodes[k].id); });
  });
  for (const path of document.querySelectorAll("g.edge path")) {
    const w = Number(path.getAttribute("stroke-width") || 1) / 2;
    const n = path.getTotalLength();
    const hit = new Set();
    for (let d = 0; d <= n; d += 2) {
      const p = path.getPointAtLength(d);
      for (const l of labels) {
        if (!hit.has(l) && l.inks.some((b) => p.x > b.x - w && p.x < b.x + b.width + w && p.y > b.y - w && p.y < b.y + b.height + w)) {
          hit.add(l);
          touched.push(l.words + " is touched by " + path.parentNode.id);
        }
      }
    }
  }
  return { Texts: texts.length, Boxes: nodes.length, Labels: labels.length, Out: out, Overlaps: overlaps, Touched: touched };
})()
