// Draws the charts whose numbers stand in the page: <canvas data-chart='{"labels": [...], "series": [...]}'>.
"use strict";
const COLOURS = {
  phone: "#2f7ed8", video: "#8e5bd6", in_person: "#1f9d61", visit: "#e08a1e",
  multilateral: "#c2334d", letter: "#6b7a90", unspecified: "#9aa6b8",
};
for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
  const style = getComputedStyle(document.body);
  const ink = style.getPropertyValue("--soft").trim();
  const line = style.getPropertyValue("--line").trim();
  const { labels, series } = JSON.parse(canvas.dataset.chart);
  new Chart(canvas, {
    type: "bar",
    data: {
      labels,
      datasets: series.map((s) => ({ label: s.name, data: s.values, backgroundColor: COLOURS[s.mode] || ink })),
    },
    options: {
      animation: false, maintainAspectRatio: false,
      scales: {
        x: { stacked: true, ticks: { color: ink, maxRotation: 0, autoSkipPadding: 16 }, grid: { display: false } },
        y: { stacked: true, ticks: { color: ink, precision: 0 }, grid: { color: line } },
      },
      plugins: { legend: { position: "bottom", labels: { color: ink, boxWidth: 12 } } },
      onClick: (event, hits) => {
        if (!hits.length) return;
        const from = new Date(labels[hits[0].index] + "T00:00:00Z");
        const to = new Date(from.getTime() + 6 * 86400000);
        const address = new URL(window.location.href);
        address.searchParams.set("since", from.toISOString().slice(0, 10));
        address.searchParams.set("until", to.toISOString().slice(0, 10));
        address.searchParams.delete("page");
        window.location.assign(address);
      },
    },
  });
}
