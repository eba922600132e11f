// What people do to cells: entered through the server, and remembered so that it can be undone.

import * as api from "/page/api.js";

/** Changes of single cells as blocks of cells that lie together: one block a run within a row. */
export function blocks(changes) {
  const byRow = new Map();
  for (const { row, column, value } of changes) {
    if (!byRow.has(row)) byRow.set(row, new Map());
    byRow.get(row).set(column, value);
  }
  const found = [];
  for (const [row, cells] of [...byRow].sort(([one], [other]) => one - other)) {
    let block = null;
    for (const column of [...cells.keys()].sort((one, other) => one - other)) {
      if (!block || column !== block.column + block.values[0].length) {
        block = { row, column, values: [[]] };
        found.push(block);
      }
      block.values[0].push(cells.get(column));
    }
  }
  return joined(found);
}

/** Blocks of the same columns in rows below each other, joined. */
function joined(runs) {
  const found = [];
  for (const run of runs) {
    const above = found.at(-1);
    const fits =
      above && above.column === run.column && above.row + above.values.length === run.row &&
      above.values[0].length === run.values[0].length;
    if (fits) above.values.push(...run.values);
    else found.push(run);
  }
  return found;
}

/** One person's editing of one spreadsheet: does, undoes and redoes. */
export class Editing {
  #id;
  #done = [];
  #undone = [];

  constructor(id) {
    this.#id = id;
  }

  /** Type values into cells: `changes` are {row, column, value}. */
  async type(sheet, changes) {
    await this.#grow(sheet, changes);
    const found = blocks(changes).map((block) => ({ ...block, range: range(sheet, block) }));
    const before = await this.#contents(found);
    await api.enter(this.#id, found);
    const after = await this.#contents(found);
    this.#remember({ sheet, blocks: found, before, after });
  }

  /** Something the server remembers itself: sorting, inserting, deleting. */
  async act(requests) {
    await api.act(this.#id, requests);
    this.#remember({ requests });
  }

  /** Take the last thing back; how many cells others had changed since, which are left. */
  async undo() {
    const step = this.#done.pop();
    if (!step) return { nothing: true };
    const left = step.requests ? await api.takeBack(this.#id).then(() => 0) : await this.#put(step, step.after, step.before);
    this.#undone.push(step);
    return { left };
  }

  async redo() {
    const step = this.#undone.pop();
    if (!step) return { nothing: true };
    const left = step.requests ? await api.act(this.#id, step.requests).then(() => 0) : await this.#put(step, step.before, step.after);
    this.#done.push(step);
    return { left };
  }

  #remember(step) {
    this.#done.push(step);
    this.#undone = [];
  }

  async #contents(found) {
    return Promise.all(found.map((block) => api.entered(this.#id, block.range)));
  }

  /** Write `wanted` where the cells still hold `expected`; what others changed is left. */
  async #put({ sheet, blocks: found }, expected, wanted) {
    const now = await this.#contents(found);
    const requests = [];
    let left = 0;
    found.forEach((block, number) =>
      block.values.forEach((values, y) =>
        values.forEach((_, x) => {
          const cell = (rows) => rows[number]?.[y]?.values?.[x] ?? {};
          if (JSON.stringify(cell(now).userEnteredValue) !== JSON.stringify(cell(expected).userEnteredValue)) left += 1;
          else requests.push(written(sheet, block.row + y, block.column + x, cell(wanted)));
        }),
      ),
    );
    if (requests.length) await api.batchUpdate(this.#id, requests);
    return left;
  }

  /** Rows and columns for what is pasted past the end of the grid. */
  async #grow(sheet, changes) {
    const { rowCount, columnCount } = sheet.gridProperties;
    const more = [
      ["ROWS", Math.max(...changes.map(({ row }) => row)) + 1 - rowCount],
      ["COLUMNS", Math.max(...changes.map(({ column }) => column)) + 1 - columnCount],
    ];
    const requests = more
      .filter(([, length]) => length > 0)
      .map(([dimension, length]) => ({ appendDimension: { sheetId: sheet.sheetId, dimension, length } }));
    if (requests.length) await api.batchUpdate(this.#id, requests);
  }
}

function range(sheet, { row, column, values }) {
  return api.rangeOf(sheet.title, row, column, row + values.length - 1, column + values[0].length - 1);
}

function written(sheet, row, column, cell) {
  return {
    updateCells: {
      start: { sheetId: sheet.sheetId, rowIndex: row, columnIndex: column },
      rows: [{ values: [cell] }],
      fields: "userEnteredValue,userEnteredFormat.numberFormat",
    },
  };
}
