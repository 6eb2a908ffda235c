// Shows a picture so many pixels wide, no wider than it is, and measures its texts
// in pixels: the smallest, the title, the verdict and the target's type, and the
// least contrast of a text to what is under it.
((width) => {
  const svg = document.documentElement;
  svg.removeAttribute("style");
  const natural = svg.getBoundingClientRect().width;
  svg.style.width = Math.min(width, natural) + "px";
  svg.style.height = "auto";
  const scale = Math.min(width, natural) / svg.viewBox.baseVal.width;
  const size = (t) => parseFloat(t.getAttribute("font-size")) * scale;
  const texts = [...document.querySelectorAll("text")];
  const least = texts.reduce((a, b) => (size(b) < size(a) ? b : a));
  const titles = [...document.querySelectorAll("g.title text")];
  const band = document.querySelector("g.title rect");
  const inBand = (t) => { const a = t.getBBox(), b = band.getBBox(); return a.y >= b.y - 1 && a.y + a.height <= b.y + b.height + 1; };
  const verdict = band ? Math.min(...titles.filter(inBand).map(size)) : 99;
  const aims = [...document.querySelectorAll("g.node")].filter((g) => [...g.querySelectorAll("text")].some((t) => t.textContent === "TARGET"));
  const target = Math.min(99, ...aims.map((g) => Math.max(...[...g.querySelectorAll("text")].map(size))));
  const rgb = (s) => s.match(/[\d.]+/g).slice(0, 3).map(Number);
  const lum = (s) => { const [r, g, b] = rgb(s).map((v) => { const c = v / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const page = getComputedStyle(document.querySelector("svg > rect")).fill;
  const under = (t) => {
    const frame = t.parentNode.classList.contains("node") ? [...t.parentNode.querySelectorAll("rect, polygon")].filter((f) => f.localName === "polygon" || parseFloat(f.getAttribute("rx")) > 0).pop() : null;
    return frame ? getComputedStyle(frame).fill : page;
  };
  let contrast = 99, faint = "";
  for (const t of texts) {
    const a = lum(getComputedStyle(t).fill), b = lum(under(t));
    const c = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (c < contrast) { contrast = c; faint = t.textContent; }
  }
  const chain = texts.some((t) => t.textContent.includes("one holding the next"));
  return { Least: size(least), Smallest: least.textContent, Title: size(titles[0]), Verdict: verdict, Target: target,
    Height: scale * svg.viewBox.baseVal.height, Contrast: contrast, Faint: faint, Chain: chain };
})
