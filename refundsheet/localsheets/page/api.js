// The way to the server: the same REST API that programs use, and what only people in a browser do.

/** Whoever has this page open; what one browser did is undone by that browser. */
const someone = crypto.randomUUID();

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { Authorization: `Bearer page-${someone}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const content = await answer.json();
  if (!answer.ok) {
    throw new Error(content.error?.message ?? content.error ?? `The server answered ${answer.status}.`);
  }
  return content;
}

const query = (parameters) => new URLSearchParams({ prettyPrint: "false", ...parameters }).toString();

/** A range as A1 notation: whole rows from `first` to `last`, counted from 0. */
export function rowsOf(title, first, last) {
  return `${quoted(title)}!${first + 1}:${last + 1}`;
}

/** A range as A1 notation, of corners counted from 0. */
export function rangeOf(title, row, column, endRow, endColumn) {
  return `${quoted(title)}!${letters(column)}${row + 1}:${letters(endColumn)}${endRow + 1}`;
}

/** The letters of a column counted from 0. */
export function letters(column) {
  const rest = Math.floor(column / 26);
  return (rest > 0 ? letters(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}

const quoted = (title) => `'${title.replaceAll("'", "''")}'`;

export async function spreadsheets() {
  const files = await call("GET", `/drive/v3/files?${query({ pageSize: 1000 })}`);
  return files.files ?? [];
}

/** Titles, sizes and charts; no cells. */
export function structure(id) {
  const fields = "properties(title,locale,timeZone),sheets(properties,charts,merges)";
  return call("GET", `/v4/spreadsheets/${id}?${query({ fields })}`);
}

/** What each cell of a range shows. */
export async function shown(id, range) {
  const answer = await call("GET", `/v4/spreadsheets/${id}/values/${encodeURIComponent(range)}?${query({})}`);
  return answer.values ?? [];
}

/** The numbers and texts of some ranges, as charts want them. */
export async function plain(id, ranges) {
  const parameters = new URLSearchParams({ prettyPrint: "false", valueRenderOption: "UNFORMATTED_VALUE" });
  ranges.forEach((range) => parameters.append("ranges", range));
  const answer = await call("GET", `/v4/spreadsheets/${id}/values:batchGet?${parameters}`);
  return answer.valueRanges.map((found) => found.values ?? []);
}

const LOOKS =
  "effectiveFormat(backgroundColorStyle,backgroundColor,horizontalAlignment,wrapStrategy," +
  "textFormat(bold,italic,strikethrough,underline,fontSize,foregroundColorStyle))";

/** How the cells of a range look, what was entered in them, and what may be chosen. */
export async function looks(id, range) {
  const cell = `values(${LOOKS},userEnteredValue/formulaValue,note,hyperlink,dataValidation)`;
  const fields = `sheets(data(startRow,rowData(${cell}),rowMetadata(hiddenByFilter,hiddenByUser),columnMetadata(pixelSize)))`;
  const answer = await call("GET", `/v4/spreadsheets/${id}?${query({ fields, ranges: range })}`);
  return answer.sheets?.[0]?.data?.[0] ?? {};
}

/** What was entered in the cells of a range, exactly, so that it can be put back. */
export async function entered(id, range) {
  const fields = "sheets(data(rowData(values(userEnteredValue,userEnteredFormat/numberFormat))))";
  const answer = await call("GET", `/v4/spreadsheets/${id}?${query({ fields, ranges: range })}`);
  return answer.sheets?.[0]?.data?.[0]?.rowData ?? [];
}

/** Enter texts as if they were typed, block by block: all of them or none. */
export function enter(id, blocks) {
  return call("POST", `/v4/spreadsheets/${id}/values:batchUpdate`, {
    valueInputOption: "USER_ENTERED",
    data: blocks.map(({ range, values }) => ({ range, values })),
  });
}

export function batchUpdate(id, requests) {
  return call("POST", `/v4/spreadsheets/${id}:batchUpdate`, { requests });
}

/** An action of a person that the server can take back, such as a sort. */
export function act(id, requests) {
  return call("POST", "/control/ui", { spreadsheetId: id, by: someone, do: requests });
}

export function takeBack(id) {
  return call("POST", "/control/ui", { spreadsheetId: id, by: someone, undo: "inverse" });
}

/** Call `told` with the tabs that changed, each time some do; returns how to stop. */
export function listen(id, told, connected) {
  const source = new EventSource(`/live?${new URLSearchParams({ id })}`);
  source.onmessage = (event) => told(JSON.parse(event.data).sheets);
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
  return () => source.close();
}
