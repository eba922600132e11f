// The cells of a tab in jspreadsheet: rows are counted from the first one shown, the sheet's from 0.

import jspreadsheet from "/page/vendor/jspreadsheet.js";
import { letters } from "/page/api.js";

const MARKED_MS = 2500;
const SPARE_ROWS = 30;
const SPARE_COLUMNS = 2;
/** As the grid does it, which knows no other number. */
const ROWS_HELD = 100;
const DEFAULT_WIDTH = 100;
const WIDEST = 200;

/** A tab's cells on the screen. `on` is told what people do. */
export class Grid {
  #element;
  #on;
  #worksheet = null;
  #first = 0;
  #looks = new Map();
  #heads = [];
  #waiting = null;
  /** Left, top, right and bottom of what was selected last: the grid forgets it at a click elsewhere. */
  #selected = [0, 0, 0, 0];

  constructor(element, on) {
    this.#element = element;
    this.#on = on;
  }

  /** The sheet's number of the first row of the body. */
  get first() {
    return this.#first;
  }

  get rows() {
    return this.#worksheet?.options.data.length ?? 0;
  }

  get isEditing() {
    return Boolean(this.#worksheet?.edition);
  }

  /**
   * Show a tab anew.
   * @param frozen the rows that stay in sight, as texts
   * @param rows the rows of the body, as texts
   * @param first the sheet's number of the body's first row
   */
  open({ frozen, rows, first, rowCount, columnCount, widths, frozenColumns }) {
    this.close();
    this.#first = first;
    const width = Math.max(...[...frozen, ...rows].map((row) => row.length), 0);
    const columns = Math.max(1, Math.min(columnCount, Math.max(width + SPARE_COLUMNS, 8)));
    const length = Math.max(1, Math.min(rows.length + SPARE_ROWS, rowCount - first));
    const data = Array.from({ length }, (_, y) => full(rows[y], columns));
    const spreadsheet = jspreadsheet(this.#element, {
      parseFormulas: false,
      parseHTML: false,
      about: false,
      contextMenu: () => false,
      onbeforepaste: (_, values, x, y) => this.#paste(values, Number(x), Number(y)),
      onafterchanges: (_, changes) => this.#changed(changes),
      oncreatecell: (_, cell, x, y) => this.#dress(cell, x, y),
      onselection: (_, ...corners) => { this.#selected = corners.slice(0, 4).map(Number); },
      onresizecolumn: (_, column, pixels) => this.#on.resized(Number(column), Number(pixels)),
      worksheets: [{
        data,
        columns: Array.from({ length: columns }, (_, x) => ({
          title: letters(x), type: this.#editor(), width: widthFor(x, widths[x], frozen, rows), align: "left",
        })),
        rows: data.map((_, y) => ({ title: String(first + y + 1) })),
        tableOverflow: true,
        tableWidth: "100%",
        tableHeight: "100%",
        lazyLoading: true,
        freezeColumns: frozenColumns,
        columnSorting: false,
        columnDrag: false,
        rowDrag: false,
        rowResize: false,
        allowRenameColumn: false,
        allowInsertRow: false,
        allowInsertColumn: false,
        allowDeleteRow: false,
        allowDeleteColumn: false,
        allowExport: false,
        wordWrap: false,
        textOverflow: true,
        secureFormulas: false,
      }],
    });
    this.#worksheet = spreadsheet[0];
    Object.assign(this.#worksheet, { undo: this.#on.undo, redo: this.#on.redo, download() {} });
    this.#describe(columns, frozen);
  }

  close() {
    if (this.#worksheet) jspreadsheet.destroy(this.#element, true);
    this.#worksheet = null;
    this.#looks.clear();
    this.#heads = [];
  }

  /** The rows people have selected, and the cell they stand on; in the sheet's numbers. */
  selection() {
    const [left, top, right, bottom] = this.#selected;
    return { row: this.#first + Math.min(top, bottom), endRow: this.#first + Math.max(top, bottom), column: Math.min(left, right) };
  }

  /** The keys go to the cells from now on. */
  enter() {
    const { row, column } = this.selection();
    this.select(row, column);
  }

  /** The keys go elsewhere; answers whether they went to the cells, and nobody was typing there. */
  leave() {
    const isHere = Boolean(jspreadsheet.current) && !this.isEditing;
    if (isHere) {
      const kept = this.#selected;
      this.#worksheet.resetSelection(true);
      jspreadsheet.current = null;
      this.#selected = kept;
    }
    return isHere;
  }

  /** Whether a key is meant for the cells, and for moving among them. */
  hears(event) {
    return jspreadsheet.current === this.#worksheet && !this.isEditing && !event.target.closest?.("header, footer, nav, thead");
  }

  /** Ctrl and an arrow: to the end of a filled block, or over blank cells to the next one. */
  jump(step) {
    const [column, y] = this.#selected;
    const filled = (row) => (this.#worksheet.options.data[row]?.[column] ?? "") !== "";
    const isInBlock = filled(y) && filled(y + step);
    let target = y + step;
    while (this.#has(target + step) && (isInBlock ? filled(target + step) : !filled(target))) target += step;
    if (!this.#has(target)) return;
    this.#bringIn(target);
    this.#worksheet.updateSelectionFromCoords(column, target, column, target);
    this.#worksheet.rows[target].element.scrollIntoView({ block: "center" });
  }

  #has(y) {
    return y >= 0 && y < this.rows;
  }

  /** The grid holds a hundred rows about the cursor: see to it that a row is among them. */
  #bringIn(y) {
    const { rows, tbody } = this.#worksheet;
    if (rows[y].element.isConnected) return;
    const start = Math.max(0, Math.min(y - ROWS_HELD / 2, rows.length - ROWS_HELD));
    tbody.replaceChildren(...rows.slice(start, start + ROWS_HELD).map((row) => row.element));
  }

  /** The first row that is in sight, below those that are frozen; in the sheet's numbers. */
  get top() {
    const edge = this.#worksheet.thead.getBoundingClientRect().bottom;
    const shown = [...this.#worksheet.tbody.children].find((row) => row.getBoundingClientRect().bottom > edge);
    return this.#first + Number(shown?.dataset.y ?? 0);
  }

  /** Scroll so that a row is the first one in sight. */
  showFrom(row) {
    const y = row - this.#first;
    if (!this.#has(y)) return;
    this.#bringIn(y);
    const { content, rows, thead } = this.#worksheet;
    content.scrollTop += rows[y].element.getBoundingClientRect().top - thead.getBoundingClientRect().bottom;
  }

  /** Put the cursor back to a cell, if it is on the screen. */
  select(row, column) {
    const y = row - this.#first;
    if (!this.#worksheet || y < 0 || y >= this.rows) return;
    jspreadsheet.current = this.#worksheet;
    this.#worksheet.updateSelectionFromCoords(column, y, column, y);
  }

  /**
   * The rows as the server has them now: what differs is written and marked for a moment.
   * A cell somebody is typing in is left; answers whether all else is as it should be.
   */
  update(first, rows, marked) {
    const start = first - this.#first;
    const sheet = this.#worksheet;
    sheet.parent.ignoreEvents = true;
    sheet.ignoreHistory = true;
    rows.forEach((row, offset) => this.#updateRow(start + offset, row, marked));
    sheet.ignoreHistory = false;
    sheet.parent.ignoreEvents = false;
  }

  #updateRow(y, row, marked) {
    if (y < 0) return this.#updateHead(y, row);
    const before = this.#worksheet.options.data[y];
    for (let x = 0; before && x < before.length; x += 1) {
      const value = row[x] ?? "";
      if (before[x] === value || this.#isEdited(x, y)) continue;
      this.#worksheet.setValueFromCoords(x, y, value, true);
      if (marked) this.#mark(this.#worksheet.records[y][x].element);
    }
  }

  #isEdited(x, y) {
    const [, , column, row] = this.#worksheet.edition ?? [];
    return Number(column) === x && Number(row) === y;
  }

  #mark(cell) {
    cell.classList.add("arrived");
    setTimeout(() => cell.classList.remove("arrived"), MARKED_MS);
  }

  /** How the cells of some rows look, and what was entered in them. */
  paint(first, rowData, rowMetadata) {
    rowData.forEach((row, offset) => this.#looks.set(first + offset, row.values ?? []));
    const start = first - this.#first;
    for (let offset = 0; offset < Math.max(rowData.length, rowMetadata.length); offset += 1) {
      const y = start + offset;
      if (y < 0) this.#heads[y + this.#heads.length]?.forEach((head, x) => wear(head, this.#look(first + offset, x)));
      else this.#paintRow(y, rowMetadata[offset] ?? {});
    }
    // A look may have made a row higher: the frame about what is selected follows.
    if (jspreadsheet.current === this.#worksheet && !this.isEditing) this.#worksheet.updateSelectionFromCoords(...this.#selected);
  }

  /** Where a text runs on over the blank cells beside it, the lines between them are left out. */
  joinRuns() {
    const { table } = this.#worksheet;
    const covered = [...table.querySelectorAll("tbody tr, tr.frozen")].flatMap((row) => coveredIn([...row.children].slice(1)));
    table.querySelectorAll(".run-over").forEach((cell) => cell.classList.remove("run-over"));
    covered.forEach((cell) => cell.classList.add("run-over"));
  }

  #paintRow(y, { hiddenByFilter = false, hiddenByUser = false }) {
    const row = this.#worksheet.rows[y];
    if (!row) return;
    row.element.classList.toggle("hidden-row", hiddenByFilter || hiddenByUser);
    this.#worksheet.records[y].forEach(({ element }, x) => wear(element, this.#look(this.#first + y, x)));
  }

  #look(row, column) {
    return this.#looks.get(row)?.[column] ?? {};
  }

  #dress(cell, x, y) {
    const row = this.#first + Number(y);
    if (this.#looks.has(row)) wear(cell, this.#look(row, Number(x))); // of 10,000 new rows none is known yet
  }

  /** One editor for all cells: an input that offers what the cell's rule allows. */
  #editor() {
    return {
      setValue: (cell, value) => { cell.textContent = value; },
      openEditor: (cell, value, x, y, sheet, _column, event) => {
        const look = this.#look(this.#first + y, x);
        const typed = event instanceof KeyboardEvent && event.key.length === 1 && event.key !== " ";
        const input = document.createElement("input");
        input.setAttribute("aria-label", `${letters(x)}${this.#first + y + 1}`);
        input.dataset.before = look.userEnteredValue?.formulaValue ?? value;
        input.value = typed ? "" : input.dataset.before;
        if (this.#on.choices(look.dataValidation)) input.setAttribute("list", "choices");
        cell.classList.add("editor");
        cell.replaceChildren(input);
        input.onblur = () => sheet.closeEditor(cell, true);
        input.focus();
      },
      closeEditor: (cell, save, x, y, sheet) => {
        const input = cell.firstElementChild;
        input.onblur = null;
        const unchanged = !save || input.value === input.dataset.before;
        this.#settleSoon();
        return unchanged ? sheet.options.data[y][x] : input.value;
      },
    };
  }

  /** What arrived while somebody was typing is shown once they have finished. */
  #settleSoon() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#on.settled(), 0);
  }

  #changed(changes) {
    const found = changes.map(({ x, y, value }) => ({ row: this.#first + Number(y), column: Number(x), value: String(value ?? "") }));
    if (found.length) this.#on.typed(found);
  }

  /** A pasted block goes to the server whole; past the end of what is shown, too. */
  #paste(values, x, y) {
    const changes = values.flatMap((row, below) =>
      row.map(({ value }, beside) => ({ row: this.#first + y + below, column: x + beside, value: String(value ?? "") })),
    );
    this.#on.typed(changes);
    return false;
  }

  /** Names for people who hear the page, and the frozen rows under the letters. */
  #describe(columns, frozen) {
    const { table, thead, headers } = this.#worksheet;
    table.setAttribute("aria-label", "Cells of the tab");
    headers.forEach((head) => head.setAttribute("scope", "col"));
    this.#heads = frozen.map((row, y) => {
      const line = document.createElement("tr");
      line.className = "frozen";
      const number = document.createElement("td");
      number.className = "jss_row";
      number.textContent = y + this.#first - frozen.length + 1;
      const heads = full(row, columns).map((text, x) => this.#head(text, x, this.#first - frozen.length + y));
      line.append(number, ...heads);
      thead.append(line);
      return heads;
    });
  }

  #head(text, x, row) {
    const head = document.createElement("td");
    head.className = "head";
    head.textContent = text;
    head.tabIndex = 0;
    head.setAttribute("aria-label", `${letters(x)}${row + 1} ${text || "blank"}, frozen`);
    const edit = () => this.#editHead(head, x, row);
    head.ondblclick = edit;
    head.onkeydown = (event) => {
      if (event.target === head && (event.key === "Enter" || event.key === "F2")) {
        event.preventDefault();
        event.stopPropagation();
        edit();
      }
    };
    return head;
  }

  #editHead(head, column, row) {
    const before = head.textContent;
    const input = document.createElement("input");
    input.value = before;
    input.setAttribute("aria-label", `${letters(column)}${row + 1}`);
    head.replaceChildren(input);
    input.focus();
    const close = (value) => {
      input.onblur = null;
      head.textContent = value;
      if (value !== before) this.#on.typed([{ row, column, value }]);
    };
    input.onblur = () => close(input.value);
    input.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "Enter") close(input.value);
      if (event.key === "Escape") close(before);
      if (event.key === "Enter" || event.key === "Escape") head.focus();
    };
  }

  #updateHead(y, row) {
    this.#heads[y + this.#heads.length]?.forEach((head, x) => {
      if (!head.querySelector("input")) head.textContent = row[x] ?? "";
    });
  }
}

/** A column nobody has made wider or narrower is as wide as its first rows want it, within bounds. */
function widthFor(column, pixels = DEFAULT_WIDTH, heads, rows) {
  if (pixels !== DEFAULT_WIDTH) return pixels;
  const longest = (some) => Math.max(0, ...some.slice(0, 60).map((row) => (row[column] ?? "").length));
  return Math.min(WIDEST, Math.max(70, 8 * longest(rows) + 18, 9 * longest(heads) + 18)); // heads are bold
}

/** The blank cells of a row over which the text to their left runs on. */
function coveredIn(cells) {
  const found = [];
  let end = 0;
  for (const cell of cells) {
    const text = cell.textContent;
    if (!text && cell.offsetLeft < end) found.push(cell);
    if (text) end = cell.classList.contains("wrapped") ? 0 : cell.offsetLeft + cell.scrollWidth;
  }
  return found;
}

const full = (row, columns) => Array.from({ length: columns }, (_, x) => row?.[x] ?? "");

/** Give a cell the look the sheet gives it; without a ground of its own it follows light and dark. */
function wear(cell, { effectiveFormat: look = {}, note, hyperlink }) {
  const text = look.textFormat ?? {};
  const ground = css(look.backgroundColorStyle?.rgbColor ?? look.backgroundColor);
  const isPlain = !ground || ground === "rgb(255 255 255)";
  const ink = css(text.foregroundColorStyle?.rgbColor);
  cell.classList.toggle("tinted", !isPlain);
  cell.style.setProperty("--tint", isPlain ? "" : ground);
  cell.style.setProperty("--tint-ink", isPlain ? "" : ink ?? "#000");
  cell.style.color = isPlain && ink && ink !== "rgb(0 0 0)" ? `color-mix(in srgb, ${ink} 70%, var(--ink))` : "";
  cell.style.fontWeight = text.bold ? "600" : "";
  cell.style.fontStyle = text.italic ? "italic" : "";
  cell.style.textDecoration = [text.strikethrough && "line-through", (text.underline || hyperlink) && "underline"].filter(Boolean).join(" ");
  cell.style.fontSize = text.fontSize && text.fontSize !== 10 ? `${text.fontSize * 1.3}px` : "";
  cell.style.textAlign = { RIGHT: "right", CENTER: "center" }[look.horizontalAlignment] ?? "left";
  cell.title = note ?? "";
  cell.classList.toggle("noted", Boolean(note));
  cell.classList.toggle("wrapped", look.wrapStrategy === "WRAP");
}

function css(colour) {
  if (!colour) return undefined;
  const part = (name) => Math.round((colour[name] ?? 0) * 255);
  return `rgb(${part("red")} ${part("green")} ${part("blue")})`;
}
