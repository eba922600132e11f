// Google's chart specifications, drawn: lines, areas, columns and bars over ranges of a tab.

import uPlot from "/page/vendor/uplot.js";
import * as api from "/page/api.js";

// Told apart in print and by people who see no red or green (Okabe and Ito's set).
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
/** How wide a letter of the axes is, in pixels. */
const LETTER_WIDTH = 7.4;
const SLANTED_LETTERS = 21;
const HEIGHT = 220;
const WIDTH = 460;

/** Draw the charts of a tab into an element, in the order of the tab. */
export async function drawCharts(element, id, sheets, charts) {
  const specs = charts.map((chart) => chart.spec).filter((spec) => spec?.basicChart);
  element.hidden = specs.length === 0;
  const figures = await Promise.all(specs.map((spec) => figure(id, sheets, spec)));
  element.replaceChildren(...figures.map(({ holder }) => holder));
  for (const { holder, options, data } of figures) {
    const drawing = holder.querySelector("div");
    if (data[0].length) new uPlot(options, data, drawing);
    else drawing.textContent = "There is nothing to draw yet.";
  }
}

async function figure(id, sheets, spec) {
  const basic = spec.basicChart;
  const domain = sourcesOf(basic.domains?.[0]?.domain);
  const series = (basic.series ?? []).map((one) => sourcesOf(one.series));
  const ranges = [domain, ...series].map((source) => a1(sheets, source));
  const columns = (await api.plain(id, ranges)).map(flat);
  const [labels, ...values] = columns.map((column) => column.slice(basic.headerCount ?? 0));
  const heads = columns.slice(1).map((column) => String(column[0] ?? ""));
  const holder = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = spec.title ?? "";
  const drawing = document.createElement("div");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", inWords(spec, heads, labels, values));
  holder.append(caption, drawing);
  return { holder, options: optionsFor(basic, heads, labels), data: dataFor(basic, labels, values) };
}

const sourcesOf = (data) => data?.sourceRange?.sources?.[0] ?? {};

function a1(sheets, source) {
  const sheet = sheets.find(({ properties }) => properties.sheetId === (source.sheetId ?? 0)).properties;
  const { rowCount, columnCount } = sheet.gridProperties;
  return api.rangeOf(
    sheet.title, source.startRowIndex ?? 0, source.startColumnIndex ?? 0,
    (source.endRowIndex ?? rowCount) - 1, (source.endColumnIndex ?? columnCount) - 1,
  );
}

const flat = (rows) => rows.map((row) => row[0] ?? null);
const number = (value) => (typeof value === "number" ? value : null);

function dataFor(basic, labels, values) {
  const rows = values.map((column) => labels.map((_, place) => number(column[place])));
  if (basic.stackedType === "STACKED") stack(rows);
  return [labels.map((_, place) => place), ...rows];
}

/** Each series on top of the ones before it. */
function stack(rows) {
  rows.slice(1).forEach((row, above) => row.forEach((value, place) => {
    row[place] = (value ?? 0) + (rows[above][place] ?? 0);
  }));
}

function optionsFor(basic, heads, labels) {
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
  const faint = getComputedStyle(document.documentElement).getPropertyValue("--line").trim();
  const look = { stroke: ink, grid: { stroke: faint, width: 1 }, ticks: { stroke: faint, width: 1 }, font: "12px system-ui" };
  const named = labels.map(labelOf);
  const isLong = named.some((name) => name.length > 10);
  const isSlanted = isLong && named.length > 5;
  // uPlot leaves out labels as if they were numbers, which are short: names are slanted, or broken into lines.
  const letters = isLong ? Math.floor((WIDTH - 70) / Math.max(labels.length, 1) / LETTER_WIDTH) : 10;
  const shown = named.map((name) => (isSlanted ? cut(name, SLANTED_LETTERS) : inLines(name, letters)));
  const slanted = isSlanted ? { rotate: -35, font: "11px system-ui", splits: () => labels.map((_, place) => place), filter: (_, places) => places } : {};
  const axes = [
    { ...look, values: (_, places) => places.map((place) => (Number.isInteger(place) ? shown[place] ?? "" : "")), size: isSlanted ? 88 : isLong ? 64 : 34, ...slanted },
    { ...look, size: 46 },
  ];
  return {
    width: WIDTH,
    height: HEIGHT,
    padding: [null, isSlanted ? 44 : null, null, null], // the last name runs on to the right
    scales: { x: { time: false, range: [-0.5, labels.length - 0.5] }, y: { range: (_, low, high) => [Math.min(0, low), high * 1.05 || 1] } },
    axes,
    legend: { show: heads.length > 1, live: false },
    cursor: { show: false },
    series: [{}, ...heads.map((label, place) => seriesLook(basic, label, place, heads.length))],
  };
}

const cut = (text, letters) => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);

/** A text in at most three lines of so many letters. */
function inLines(text, letters) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && longer.length <= letters) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const kept = lines.slice(0, 3).map((line) => cut(line, letters));
  if (lines.length > 3) kept[2] = `${kept[2].slice(0, letters - 1)}…`;
  return kept.join("\n");
}

/** Google's own type of a series wins over the chart's. */
function seriesLook(basic, label, place, count) {
  const kind = basic.series?.[place]?.type ?? basic.chartType;
  const stroke = COLOURS[place % COLOURS.length];
  const isBars = kind === "COLUMN" || kind === "BAR" || basic.chartType === "BAR";
  if (!isBars) return { label, stroke, width: 2, fill: kind === "AREA" ? `${stroke}33` : undefined, points: { size: 5 } };
  const side = count === 1 ? 0 : place === 0 ? -1 : 1;
  return { label, stroke, fill: `${stroke}cc`, points: { show: false }, paths: uPlot.paths.bars({ size: [0.7 / Math.min(count, 2), 60], align: side }) };
}

/** A label of the axis: a serial of recent years is a day, and the year of a day is not repeated. */
function labelOf(value) {
  if (typeof value === "number" && value > 36526 && value < 73050) {
    return new Date(Math.round((value - 25569) * 86400000)).toISOString().slice(5, 10);
  }
  const text = String(value ?? "");
  return /^\d{4}-\d\d-\d\d$/.test(text) ? text.slice(5) : text;
}

/** What the drawing shows, for whoever cannot see it: its title, its series, first and last values. */
function inWords(spec, heads, labels, values) {
  const last = labels.length - 1;
  const parts = heads.map((head, place) => `${head || "values"} from ${values[place][0] ?? "none"} to ${values[place][last] ?? "none"}`);
  const span = labels.length ? `, ${labelOf(labels[0])} to ${labelOf(labels[last])}` : "";
  return `${spec.title ?? "Chart"}${span}: ${parts.join("; ")}`;
}
