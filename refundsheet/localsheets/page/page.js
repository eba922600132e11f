// The page: a spreadsheet with its tabs, kept in step with the server while people type.

import * as api from "/page/api.js";
import { drawCharts } from "/page/charts.js";
import { Editing } from "/page/editing.js";
import { Grid } from "/page/grid.js";

/** Longer tabs are shown a part at a time. */
const WHOLE_ROWS = 20_000;
const WINDOW_ROWS = 2_000;
/** Looks are asked for so many rows at a time, when they come into sight. */
const LOOKS_ROWS = 250;
const SETTLE_MS = 120;

const at = (id) => document.getElementById(id);

class Page {
  #id = "";
  #editing = null;
  #sheets = [];
  #sheet = null;
  #from = 0;
  #frozen = 0;
  #stopListening = () => {};
  #changed = new Map();
  #timer = null;
  #busy = Promise.resolve();
  #waiting = 0;
  #catchingUp = null;
  #painted = new Set();
  #hasFormulas = false;

  #grid = new Grid(at("sheet"), {
    typed: (changes) => this.#do("Saving …", () => this.#editing.type(this.#sheet, changes)),
    undo: () => this.#takeBack("undo"),
    redo: () => this.#takeBack("redo"),
    choices: (rule) => offer(rule),
    settled: () => this.#catchUp(),
    resized: (column, pixels) => this.#resize(column, pixels),
  });

  async start() {
    this.#listenToButtons();
    const books = await api.spreadsheets();
    const wanted = new URLSearchParams(location.search).get("id");
    const book = books.find(({ id }) => id === wanted) ?? books.at(-1);
    this.#listBooks(books, book);
    if (book) await this.#openBook(book.id);
    else say("There is no spreadsheet yet. Load one: refundsheet local --load cases.csv");
  }

  #listBooks(books, chosen) {
    const options = books.map(({ id, name }) => new Option(name, id, false, id === chosen?.id));
    at("books").replaceChildren(...options);
    document.querySelector(".books").hidden = books.length < 2;
    at("books").onchange = (event) => { location.search = new URLSearchParams({ id: event.target.value }); };
  }

  async #openBook(id) {
    this.#id = id;
    this.#editing = new Editing(id);
    await this.#readStructure();
    await this.#openSheet(this.#sheets.find(({ properties }) => !properties.hidden).properties);
    this.#stopListening = api.listen(id, (sheets) => this.#hear(sheets), (isOpen) => {
      document.body.classList.toggle("offline", !isOpen);
      if (isOpen) this.#hear(Object.fromEntries(this.#sheets.map(({ properties }) => [properties.sheetId, null])));
      else say("The connection is lost. What you type cannot be saved until it is back.");
    });
    addEventListener("pagehide", () => this.#stopListening());
  }

  async #readStructure() {
    const { properties, sheets } = await api.structure(this.#id);
    this.#sheets = sheets;
    at("title").textContent = document.title = properties.title;
    document.documentElement.lang = properties.locale.slice(0, 2);
    this.#showTabs();
  }

  #showTabs() {
    const visible = this.#sheets.filter(({ properties }) => !properties.hidden);
    const tabs = visible.map(({ properties }) => {
      const tab = document.createElement("button");
      tab.textContent = properties.title;
      tab.dataset.sheet = properties.sheetId;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", "sheet");
      const isOpen = properties.sheetId === this.#sheet?.sheetId;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      tab.onclick = () => this.#turnTo(properties);
      return tab;
    });
    const focused = at("tabs").contains(document.activeElement) && document.activeElement.dataset.sheet;
    at("tabs").replaceChildren(...tabs);
    if (focused) tabs.find((tab) => tab.dataset.sheet === focused)?.focus();
  }

  /** Open a tab, or another part of it, after what is under way. */
  #turnTo(properties, from = null) {
    this.#busy = this.#busy.then(() => this.#openSheet(properties, from)).catch((mistake) => say(mistake.message));
  }

  async #openSheet(properties, from = null) {
    this.#sheet = properties;
    const { rowCount, columnCount, frozenRowCount = 0, frozenColumnCount = 0 } = properties.gridProperties;
    this.#frozen = Math.min(frozenRowCount, 5);
    this.#from = from ?? this.#frozen;
    const isLong = rowCount > WHOLE_ROWS;
    const last = isLong ? Math.min(this.#from + WINDOW_ROWS, rowCount) - 1 : rowCount - 1;
    const [head, rows] = await Promise.all([
      this.#frozen ? api.shown(this.#id, api.rowsOf(properties.title, 0, this.#frozen - 1)) : [],
      this.#from > last ? [] : api.shown(this.#id, api.rowsOf(properties.title, this.#from, last)),
    ]);
    const top = await api.looks(this.#id, api.rowsOf(properties.title, 0, Math.max(0, this.#frozen - 1)));
    const widths = (top.columnMetadata ?? []).map(({ pixelSize }) => pixelSize);
    const frozen = Array.from({ length: this.#frozen }, (_, y) => head[y] ?? []);
    this.#painted.clear();
    this.#hasFormulas = false;
    this.#grid.open({
      frozen, rows, first: this.#from, widths, columnCount, frozenColumns: frozenColumnCount,
      rowCount: isLong ? last + 1 : rowCount,
    });
    this.#grid.paint(0, (top.rowData ?? []).slice(0, this.#frozen), []);
    this.#showPager(isLong, rowCount, last);
    this.#showTabs();
    // The grid holds only the rows about the cursor, and changes them as one scrolls or walks.
    new MutationObserver(() => this.#paintSoon()).observe(at("sheet").querySelector("tbody"), { childList: true });
    at("sheet").querySelector(".jss_content").addEventListener("scroll", () => this.#paintSoon());
    this.#grid.select(this.#from, 0);
    await Promise.all([this.#paint(), this.#drawCharts()]);
    document.body.dataset.ready = properties.title;
  }

  #showPager(isLong, rowCount, last) {
    at("pager").hidden = !isLong;
    at("window").textContent = `Rows ${(this.#from + 1).toLocaleString("en")} to ${(last + 1).toLocaleString("en")} of ${rowCount.toLocaleString("en")}`;
    at("earlier").disabled = this.#from <= this.#frozen;
    at("later").disabled = last >= rowCount - 1;
    at("earlier").onclick = () => this.#turnTo(this.#sheet, Math.max(this.#frozen, this.#from - WINDOW_ROWS));
    at("later").onclick = () => this.#turnTo(this.#sheet, this.#from + WINDOW_ROWS);
  }

  /** Charts are drawn again only when something on their tab has changed. */
  async #drawCharts() {
    const charts = this.#sheets.find(({ properties }) => properties.sheetId === this.#sheet.sheetId)?.charts ?? [];
    await drawCharts(at("charts"), this.#id, this.#sheets, charts);
  }

  #paintSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#paint(), SETTLE_MS);
  }

  /** Ask for the looks of the rows in sight, a part at a time, once. */
  async #paint() {
    const shown = [...at("sheet").querySelectorAll("tbody tr")].map((row) => Number(row.dataset.y));
    const [low, high] = [Math.min(...shown), Math.max(...shown)];
    for (let part = Math.floor(low / LOOKS_ROWS); part <= Math.floor(high / LOOKS_ROWS); part += 1) {
      if (!this.#painted.has(part)) {
        this.#painted.add(part);
        await this.#paintRows(this.#from + part * LOOKS_ROWS, this.#from + (part + 1) * LOOKS_ROWS - 1);
      }
    }
    this.#grid.joinRuns();
  }

  async #paintRows(first, last) {
    const end = Math.min(last, this.#sheet.gridProperties.rowCount - 1);
    if (first > end) return;
    const sheetId = this.#sheet.sheetId;
    const found = await api.looks(this.#id, api.rowsOf(this.#sheet.title, first, end));
    if (sheetId !== this.#sheet.sheetId) return;
    const rowData = found.rowData ?? [];
    this.#hasFormulas ||= rowData.some((row) => row.values?.some((cell) => cell.userEnteredValue?.formulaValue));
    this.#grid.paint(first, rowData, found.rowMetadata ?? []);
  }

  /** Something changed on the server, by whomever. */
  #hear(sheets) {
    for (const [sheetId, span] of Object.entries(sheets)) this.#changed.set(sheetId, joined(this.#changed.get(sheetId), span));
    this.#catchUp();
  }

  #catchUp() {
    clearTimeout(this.#catchingUp);
    this.#catchingUp = setTimeout(() => {
      this.#busy = this.#busy.then(() => this.#refresh()).catch((mistake) => say(mistake.message));
    }, SETTLE_MS);
  }

  /** Bring the page in step with the server; a cell being typed in is left in peace. */
  async #refresh() {
    if (!this.#changed.size) return;
    const changed = new Map(this.#changed);
    this.#changed.clear();
    await this.#readStructure();
    const properties = this.#sheets.find((found) => found.properties.sheetId === this.#sheet.sheetId)?.properties;
    if (!properties) return this.#openSheet(this.#sheets.find((found) => !found.properties.hidden).properties);
    const isReshaped = differs(properties.gridProperties, this.#sheet.gridProperties);
    this.#sheet = properties;
    const key = String(properties.sheetId);
    if (!changed.has(key) && !this.#hasFormulas) return;
    const span = changed.has(key) && !this.#hasFormulas ? changed.get(key) : null;
    if (isReshaped && !this.#grid.isEditing) {
      const [place, top] = [this.#grid.selection(), this.#grid.top];
      await this.#openSheet(properties, this.#from);
      this.#grid.select(place.row, place.column);
      this.#grid.showFrom(top);
    } else await this.#refreshRows(span);
    if (this.#grid.isEditing) this.#changed.set(key, joined(this.#changed.get(key), span));
    await this.#drawCharts();
  }

  async #refreshRows(span) {
    const last = this.#from + this.#grid.rows - 1;
    const [first, end] = span ? [Math.max(0, span[0]), Math.min(span[1], last)] : [0, last];
    if (first > end) return;
    const start = span ? first : this.#from - this.#frozen > 0 && this.#from > this.#frozen ? this.#from : 0;
    const rows = await api.shown(this.#id, api.rowsOf(this.#sheet.title, start, end));
    this.#grid.update(start, Array.from({ length: end - start + 1 }, (_, y) => rows[y] ?? []), true);
    await this.#repaint(start, end);
  }

  async #repaint(first, last) {
    for (const part of [...this.#painted]) {
      const start = this.#from + part * LOOKS_ROWS;
      if (start <= last && start + LOOKS_ROWS > first) {
        await this.#paintRows(Math.max(start, first), Math.min(start + LOOKS_ROWS - 1, last));
      }
    }
    if (first < this.#frozen) await this.#paintRows(first, this.#frozen - 1);
    this.#grid.joinRuns();
  }

  /** Do what people asked for, one thing after the other, and say how it went. */
  #do(words, action) {
    this.#waiting += 1;
    this.#showBusy();
    this.#busy = this.#busy.then(async () => {
      say(words);
      try {
        await action();
        say("Saved.");
      } catch (mistake) {
        say(mistake.message);
        this.#hear({ [this.#sheet.sheetId]: null });
      }
      this.#waiting -= 1;
      this.#showBusy();
    });
    return this.#busy;
  }

  #showBusy() {
    const main = document.querySelector("main");
    if (this.#waiting > 0) main.setAttribute("aria-busy", "true");
    else main.removeAttribute("aria-busy");
  }

  #takeBack(way) {
    return this.#do(way === "undo" ? "Undoing …" : "Doing it again …", async () => {
      const { nothing, left } = await this.#editing[way]();
      if (nothing) throw new Error(`There is nothing to ${way}.`);
      if (left === 1) throw new Error("One cell was changed by somebody else since, and is left as it is.");
      if (left) throw new Error(`${left} cells were changed by somebody else since, and are left as they are.`);
    });
  }

  #sort(order) {
    const { column } = this.#grid.selection();
    const { sheetId, gridProperties } = this.#sheet;
    const range = { sheetId, startRowIndex: this.#frozen, endRowIndex: gridProperties.rowCount, startColumnIndex: 0, endColumnIndex: gridProperties.columnCount };
    return this.#act("Sorting …", [{ sortRange: { range, sortSpecs: [{ dimensionIndex: column, sortOrder: order }] } }]);
  }

  #insert(offset) {
    const { row, endRow } = this.#grid.selection();
    const start = offset ? endRow + 1 : row;
    const range = { sheetId: this.#sheet.sheetId, dimension: "ROWS", startIndex: start, endIndex: start + 1 };
    return this.#act("Inserting …", [{ insertDimension: { range, inheritFromBefore: start > 0 } }]);
  }

  #delete() {
    const { row, endRow } = this.#grid.selection();
    const range = { sheetId: this.#sheet.sheetId, dimension: "ROWS", startIndex: row, endIndex: endRow + 1 };
    return this.#act("Deleting …", [{ deleteDimension: { range } }]);
  }

  #resize(column, pixels) {
    const range = { sheetId: this.#sheet.sheetId, dimension: "COLUMNS", startIndex: column, endIndex: column + 1 };
    return this.#act("Saving …", [{ updateDimensionProperties: { range, properties: { pixelSize: pixels }, fields: "pixelSize" } }]);
  }

  #act(words, requests) {
    return this.#do(words, () => this.#editing.act(requests));
  }

  #listenToButtons() {
    const buttons = {
      undo: () => this.#takeBack("undo"),
      redo: () => this.#takeBack("redo"),
      "sort-up": () => this.#sort("ASCENDING"),
      "sort-down": () => this.#sort("DESCENDING"),
      "insert-above": () => this.#insert(0),
      "insert-below": () => this.#insert(1),
      "delete-rows": () => this.#delete(),
    };
    for (const [id, action] of Object.entries(buttons)) {
      // The grid lets go of its selection when something else is clicked; the buttons mean it.
      at(id).onmousedown = (event) => event.preventDefault();
      at(id).onclick = action;
    }
    at("tabs").onkeydown = (event) => walk(event);
    // The grid listens to all keys of the page; those pressed elsewhere are not meant for it.
    for (const part of document.querySelectorAll("header, footer, nav")) {
      part.addEventListener("keydown", (event) => event.stopPropagation());
    }
    at("sheet").onfocus = () => this.#grid.enter();
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#grid.leave()) at("undo").focus();
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (step && (event.ctrlKey || event.metaKey) && !event.shiftKey && this.#grid.hears(event)) {
        event.preventDefault();
        event.stopPropagation();
        this.#grid.jump(step);
      }
    }, { capture: true });
  }
}

/** Left and right walk along the tabs, as people who use no mouse expect. */
function walk(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  const tabs = [...at("tabs").children];
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
}

/** Offer what a rule allows, which is yes or no for a tick; answers whether there is anything. */
function offer(rule) {
  const { type, values: listed = [] } = rule?.condition ?? {};
  const values = type === "ONE_OF_LIST" ? listed.map((value) => value.userEnteredValue) : type === "BOOLEAN" ? ["TRUE", "FALSE"] : [];
  at("choices").replaceChildren(...values.map((value) => new Option(value, value)));
  return values.length > 0;
}

const say = (text) => { at("status").textContent = text; };

/** Two spans of rows as one; null is all of them, undefined none. */
function joined(one, other) {
  if (one === undefined) return other;
  if (one === null || other === null) return null;
  return [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
}

const differs = (one, other) => JSON.stringify(one) !== JSON.stringify(other);

new Page().start().catch((mistake) => say(mistake.message));
