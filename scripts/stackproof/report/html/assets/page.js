"use strict";
// Draws what is many on the page (findings, graph, reach) from the data block, a stack when it is first looked at.
// Texts reach the document as text nodes and attributes alone: nothing here builds markup from a string.
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const text = (number) => page.texts[number || 0];
  const own = (map, name) => (Object.hasOwn(map, name) ? map[name] : undefined);  // a rule may be called "constructor"
  const CHUNK = 100;
  const STATES = {
    blocks: { title: "Blocking", word: "violated" },
    unproven: { title: "Unproven", word: "unproven" },
    advisory: { title: "Advisory", word: "advisory" },
    exempted: { title: "Exempted", word: "exempted" },
    baseline: { title: "Baseline", word: "in the baseline" },
    passed: { title: "Passed", word: "proven" },
    none: { title: "No rule", word: "no rule applies" },
  };
  const GROUPS = Object.keys(STATES).filter((state) => state !== "none");
  const KINDS = {
    watches: { word: "watches", back: "is watched by" },
    tells: { word: "tells", back: "is told by" },
    grants: { word: "may", back: "is open to" },
    uses: { word: "uses", back: "is used by" },
    after: { word: "waits for", back: "is waited for by" },
  };
  const VERBS = { list: "list", read: "read", write: "write", permissions: "manage permissions", admin: "do everything", unknown: "do what cannot be told" };
  const LEVELS = ["list", "read", "write", "permissions", "admin"];

  // elements ----------------------------------------------------------------------------------------------------------

  const fill = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
    }
    node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  };
  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  const mark = (state) =>
    svg("svg", { class: `mark is-${state}`, "aria-hidden": "true", focusable: "false" }, svg("use", { href: `#mark-${state}` }));
  const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  const shortType = (type) => {
    const [, module, name] = /^(?:[^:]*):([^:]*):(.*)$/.exec(type) || [null, "", type];
    return module.split("/")[0] === "index" ? name : `${module.split("/")[0]}.${name}`;
  };
  const cut = (words, length) => {
    const letters = [...words];
    return letters.length > length ? `${letters.slice(0, length - 1).join("")}…` : words;
  };
  const pinch = (words, length) => {
    const letters = [...words];
    const half = Math.floor(length / 2);
    return letters.length > length ? `${letters.slice(0, length - half).join("")}…${letters.slice(1 - half).join("")}` : words;
  };
  const later = (callback) => {
    let waiting = 0;
    return () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(callback);
    };
  };

  // what several parts need -------------------------------------------------------------------------------------------

  const place = (thing) => (thing.f ? `${text(thing.f)}${thing.l ? `:${thing.l}` : ""}` : "");

  const sourceOf = (thing) => {
    const runs = own(page.files, text(thing.f)) || [];
    const run = runs.find(([first, lines]) => thing.l >= first && thing.l < first + lines.length);
    if (!run) return null;
    const [first, lines] = run;
    const from = Math.max(thing.l - 3, first);
    const to = Math.min(thing.l + 3, first + lines.length - 1);
    const items = [];
    for (let number = from; number <= to; number += 1) {
      const here = number === thing.l;
      items.push(el("li", { "data-line": number, class: here ? "here" : null, "aria-current": here ? "true" : null }, lines[number - first] || " "));
    }
    return el("div", { class: "source", tabindex: "0", role: "group", "aria-label": `Source: ${place(thing)}` },
      el("span", { class: "name mono" }, place(thing)), el("ol", {}, items));
  };

  const urnOf = (stack, index) => {
    const resource = stack.resources[index];
    if (resource.U) return text(resource.U);
    const types = [text(resource.t)];
    for (let at = resource.a; at >= 0 && text(stack.resources[at].t) !== "pulumi:pulumi:Stack"; at = stack.resources[at].a) {
      types.unshift(text(stack.resources[at].t));
    }
    return `urn:pulumi:${stack.name}::${stack.project}::${types.join("$")}::${resource.n}`;
  };

  // findings ----------------------------------------------------------------------------------------------------------

  class Findings {
    constructor(stack, slot) {
      this.stack = stack;
      this.rows = [
        ...stack.rows,
        ...stack.passed.map(([policy, index, unread]) => ({ g: "passed", r: policy, o: policy, i: index, unread })),
      ];
      this.rows.forEach((row, index) => Object.assign(row, { id: `${stack.id}-row-${index}`, search: this.words(row).toLowerCase() }));
      this.limits = {};
      this.open = new Set();
      this.counter = el("p", { class: "count", role: "status" });
      this.table = el("table", { class: "list", role: "table", "aria-label": `Findings of ${stack.name}` },
        el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
          ["What is wrong", "Rule", "Resource", "Where"].map((name, index) =>
            el("th", { role: "columnheader", scope: "col", class: index ? null : "col-open" }, name)))));
      slot.append(this.filters(), this.table);
      this.draw();
    }

    resource(row) {
      return row.i >= 0 ? this.stack.resources[row.i] : null;
    }

    words(row) {
      const resource = this.resource(row);
      const named = resource ? `${resource.n} ${text(resource.t)}` : "";
      return [text(row.r), text(row.k), text(row.o), text(row.m), text(row.f), named].join(" ");
    }

    filters() {
      const counts = {};
      for (const row of this.rows) counts[row.g] = (counts[row.g] || 0) + 1;
      this.chosen = new Set(Object.keys(STATES).filter((state) => state !== "passed"));
      const redraw = later(() => this.draw());
      const chips = GROUPS.filter((state) => state !== "baseline" || counts.baseline).map((state) =>
        el("label", { class: `chip is-${state}` },
          el("input", { type: "checkbox", name: state, checked: this.chosen.has(state) && counts[state] > 0, disabled: !counts[state], onchange: (event) => {
            this.chosen[event.target.checked ? "add" : "delete"](state);
            redraw();
          } }),
          mark(state), STATES[state].title, el("b", {}, String(counts[state] || 0))));
      const rules = [...new Set(this.rows.map((row) => row.r))].map(text).sort();
      this.rule = el("select", { onchange: redraw }, el("option", { value: "" }, "every rule"),
        rules.map((rule) => el("option", { value: rule }, cut(rule, 60))));
      this.query = el("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "name, type, file, words", oninput: redraw });
      return el("form", { class: "filters", role: "search", "aria-label": "Filter the findings", onsubmit: (event) => event.preventDefault() },
        el("fieldset", { class: "chips" }, el("legend", { class: "sr" }, "Verdicts to show"), chips),
        el("label", { class: "field" }, "Rule", this.rule),
        el("label", { class: "field" }, "Resource or text", this.query), this.counter);
    }

    matching() {
      const query = this.query.value.trim().toLowerCase();
      const rule = this.rule.value;
      return this.rows.filter((row) => (!query || row.search.includes(query)) && (!rule || text(row.r) === rule));
    }

    draw() {
      const found = this.matching();
      this.table.querySelectorAll("tbody").forEach((body) => body.remove());
      let shown = 0;
      for (const state of GROUPS) {
        const rows = found.filter((row) => row.g === state);
        if (!rows.length) continue;
        if (!this.chosen.has(state)) {
          if (state === "passed") this.table.append(this.folded(rows));
          continue;
        }
        shown += rows.length;
        this.table.append(this.group(state, rows));
      }
      if (!shown && (this.stack.rows.length || !found.length)) {
        this.table.append(el("tbody", { role: "rowgroup" }, el("tr", { role: "row" }, el("td", { role: "cell", colspan: 4, class: "empty" },
          this.rows.length ? "Nothing to show: no finding passes these filters." : "Nothing was judged."))));
      }
      this.counter.textContent = `${plural(shown, "row")} of ${this.rows.length.toLocaleString("en")}`;
    }

    heading(state, count, action) {
      return el("tr", { role: "row" }, el("th", { role: "rowheader", scope: "rowgroup", colspan: 4 },
        mark(state), STATES[state].title, el("span", { class: "word" }, count.toLocaleString("en")), action ? " " : "", action));
    }

    folded(rows) {
      const show = el("button", { type: "button", class: "link", onclick: () => {
        const box = this.table.parentElement.querySelector('input[name="passed"]');
        box.checked = true;
        this.chosen.add("passed");
        this.draw();
        box.focus();
      } }, "show them");
      return el("tbody", { class: "group", role: "rowgroup" }, this.heading("passed", rows.length, show));
    }

    group(state, rows) {
      const limit = this.limits[state] || CHUNK;
      const body = el("tbody", { class: `group is-${state}`, role: "rowgroup" }, this.heading(state, rows.length));
      body.append(...rows.slice(0, limit).flatMap((row) => this.row(row)));
      if (rows.length > limit) {
        const rest = rows.length - limit;
        const button = el("button", { type: "button", class: "quiet", onclick: () => {
          this.limits[state] = limit + CHUNK;
          const grown = this.group(state, rows);
          body.replaceWith(grown);
          const first = grown.querySelectorAll(".open")[limit];
          if (first) first.focus();
        } }, `Show ${Math.min(CHUNK, rest)} more of ${rest.toLocaleString("en")}`);
        body.append(el("tr", { role: "row", class: "further" }, el("td", { role: "cell", colspan: 4 }, button)));
      }
      return body;
    }

    says(row) {
      if (row.g !== "passed") return text(row.m);
      return row.unread ? `holds, though Pulumi's own preview could not tell (${text(row.unread)} is unknown there)` : "holds";
    }

    row(row) {
      const resource = this.resource(row);
      const isOpen = this.open.has(row);
      const button = el("button", { type: "button", class: "open", "aria-expanded": String(isOpen), "aria-controls": row.id },
        mark(row.g), el("span", {}, el("span", { class: "sr" }, `${STATES[row.g].title}: `), el("span", { class: "says" }, cut(this.says(row), 400))));
      const line = el("tr", { role: "row" },
        el("td", { role: "cell" }, button),
        el("td", { role: "cell", class: "rule" }, el("bdi", {}, cut(text(row.r), 80)), row.k ? el("span", { class: "key mono" }, cut(text(row.k), 80)) : "",
          row.v ? el("span", { class: "kind" }, `${text(row.v)}, ${text(row.e)}`) : ""),
        el("td", { role: "cell" }, resource ? [el("bdi", {}, cut(resource.n, 80)), el("span", { class: "kind" }, cut(shortType(text(resource.t)), 80))] : "the whole stack"),
        el("td", { role: "cell", class: "mono place" }, place(row)));
      const detail = el("tr", { role: "row", class: `detail is-${row.g}`, id: row.id, hidden: !isOpen }, el("td", { role: "cell", colspan: 4 }));
      const show = () => {
        if (!detail.firstElementChild.firstElementChild) detail.firstElementChild.append(this.inside(row, resource));
      };
      if (isOpen) show();
      button.addEventListener("click", () => {
        const opening = detail.hidden;
        if (opening) show();
        this.open[opening ? "add" : "delete"](row);
        detail.hidden = !opening;
        button.setAttribute("aria-expanded", String(opening));
      });
      return [line, detail];
    }

    inside(row, resource) {
      const about = resource && resource.f ? resource : null;
      const parts = [
        row.b ? el("p", {}, `${text(row.b)}.`) : "",
        row.w ? el("p", {}, `${text(row.w)}.`) : "",
        row.p || row.c ? el("div", {}, el("h3", {}, "Where it stands"), row.p ? el("code", {}, text(row.p)) : "",
          row.c ? el("pre", { class: "fragment" }, text(row.c)) : "") : "",
        row.n ? this.unknowns(row) : "",
        row.x ? el("div", {}, el("h3", {}, row.g === "unproven" ? "What would make it provable" : "What to write instead"), el("p", { class: "fix" }, text(row.x))) : "",
        sourceOf(row.f ? row : about || {}),
        this.about(row),
        row.z ? el("div", {}, el("h3", {}, "How to let it through"), el("pre", { class: "entry", tabindex: "0" }, text(row.z))) : "",
        el("div", { class: "links" },
          row.u ? this.link(text(row.u), `About ${text(row.r)}`) : "",
          resource && resource.b ? el("button", { type: "button", class: "link", onclick: () => shown(this.stack).graph.choose(row.i, true) }, "Show in the graph") : ""),
        row.i >= 0 ? el("p", { class: "foot mono" }, urnOf(this.stack, row.i)) : "",
      ];
      return el("div", { class: "inside" }, parts);
    }

    link(address, words) {
      return el("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, words);
    }

    unknowns(row) {
      return el("div", {}, el("h3", {}, "What is unknown"), el("ul", {}, row.n.map(([path, sources]) => {
        const names = sources.map(text).join(", ");
        return el("li", {}, el("code", {}, text(path)), names ? `, which comes from ${names}` : "");
      })));
    }

    about(row) {
      const sections = own(page.rules, text(row.r));
      if (!sections) return "";
      const titles = ["Why this is bad", "How it is done right"];
      return el("details", {}, el("summary", {}, "Why this is a rule, and how it is done right"),
        sections.map((words, index) => (words ? el("div", { class: "rule-page" }, el("h3", {}, titles[index]), this.prose(words)) : "")));
    }

    // Takes code out of Markdown's fences; all other marks are left as they are written.
    prose(words) {
      return words.split(/^```[a-z]*$/m).map((part, index) => (index % 2 ? el("pre", { tabindex: "0" }, part.trim())
        : part.split(/\n{2,}/).map((paragraph) => (paragraph.trim() ? el("p", {}, paragraph.trim()) : ""))));
    }

    only(query) {
      this.query.value = query;
      this.rule.value = "";
      this.draw();
      document.getElementById(`${this.stack.id}-findings`).scrollIntoView();
      this.query.focus({ preventScroll: true });
    }

    // For paper: every finding, opened; `again` is how it was before.
    everything() {
      this.before ||= { limits: this.limits, open: this.open };
      this.limits = Object.fromEntries(GROUPS.map((state) => [state, Infinity]));
      this.open = new Set(this.rows.filter((row) => row.g !== "passed"));
      this.draw();
    }

    again() {
      Object.assign(this, this.before);
      this.before = null;
      this.draw();
    }
  }

  // graph -------------------------------------------------------------------------------------------------------------

  class Graph {
    constructor(stack, slot) {
      this.stack = stack;
      this.drawn = stack.resources.map((resource, index) => ({ resource, index })).filter(({ resource }) => resource.b);
      if (!this.drawn.length) {
        slot.append(el("p", { class: "empty" }, "The stack has no resources to draw."));
        return;
      }
      this.near = stack.resources.map(() => []);
      stack.edges.forEach(([from, to, kind, label], number) => {
        this.near[from].push({ number, other: to, kind, label: text(label), out: true });
        this.near[to].push({ number, other: from, kind, label: text(label), out: false });
      });
      this.aside = el("div", { class: "aside", role: "region", "aria-label": "The chosen resource", "aria-live": "polite", tabindex: "0", hidden: true });
      this.drawing = svg("g", { class: "drawing" });
      this.picture = svg("svg", { "aria-hidden": "false", role: "group", "aria-label": `Graph of ${plural(this.drawn.length, "resource")}. Arrow keys move between them, Enter shows one.` }, this.arrows(), this.drawing);
      this.canvas = el("div", { class: "canvas" }, this.picture);
      slot.append(this.tools(), el("div", { class: "stage" }, this.canvas, this.aside),
        el("p", { class: "hint" }, "An arrow points from what acts to what it acts on; a frame is a component round what it makes. Choose a resource to see all it has to do with. Keys: arrows move, Enter chooses, Escape lets go, + − 0 zoom; Ctrl and wheel zoom as well."),
        this.alike());
      this.build();
      this.listen();
      this.height();
      new ResizeObserver(later(() => (this.touched ? this.place() : this.fit()))).observe(this.canvas);
    }

    arrows() {
      return svg("defs", {}, Object.keys(KINDS).map((kind) => {
        const shape = kind === "watches" ? "M0 4L4.5 0 9 4 4.5 8z" : kind === "tells" ? "M1 4a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0" : "M0 0l9 4-9 4z";
        return svg("marker", { id: `tip-${this.stack.id}-${kind}`, markerWidth: 10, markerHeight: 8, refX: 8.5, refY: 4, orient: "auto", markerUnits: "userSpaceOnUse" },
          svg("path", { class: `tip ${kind}`, d: shape }));
      }));
    }

    tools() {
      this.hidden = new Set();
      const used = new Set(this.stack.edges.map((edge) => edge[2]));
      const kinds = Object.keys(KINDS).filter((kind) => used.has(kind)).map((kind) =>
        el("label", { class: "kind-box" },
          el("input", { type: "checkbox", checked: true, onchange: (event) => {
            this.hidden[event.target.checked ? "delete" : "add"](kind);
            this.paths.forEach((path, number) => path.classList.toggle("off", this.hidden.has(this.stack.edges[number][2])));
          } }),
          svg("svg", { viewBox: "0 0 40 10", "aria-hidden": "true" }, svg("path", { class: `edge ${kind}`, d: "M0 5H38", "marker-end": `url(#tip-${this.stack.id}-${kind})` })),
          kind === "grants" ? "may reach" : KINDS[kind].word));
      const button = (label, sign, action) => el("button", { type: "button", class: "quiet", "aria-label": label, title: label, onclick: action }, sign);
      return el("div", { class: "tools" }, kinds,
        el("label", { class: "kind-box" }, el("input", { type: "checkbox", onchange: (event) => this.drawing.classList.toggle("quietly", event.target.checked) }), "dim what is proven"),
        el("div", { class: "zoom" }, button("Zoom out", "−", () => this.zoom(1 / 1.3)), button("Zoom in", "+", () => this.zoom(1.3)), button("Show all of it", "Fit", () => this.fit())));
    }

    build() {
      const frames = svg("g", {});
      const edges = svg("g", {});
      const nodes = svg("g", {});
      this.veil = svg("rect", { class: "veil", width: 0, height: this.stack.size[1] });
      this.lit = svg("g", { class: "lit", "aria-hidden": "true" });
      // Above the resources: from afar a component's name is larger than they are.
      this.titles = svg("g", { class: "titles", "aria-hidden": "true" });
      this.nodes = new Map();
      for (const { resource, index } of this.drawn) {
        const node = resource.c ? this.frame(resource, index) : this.node(resource, index);
        this.nodes.set(index, node);
        (resource.c ? frames : nodes).append(node);
      }
      this.paths = this.stack.edges.map(([from, to, kind, label]) => {
        const path = svg("path", { class: `edge ${kind}`, d: this.route(from, to), "marker-end": `url(#tip-${this.stack.id}-${kind})` });
        path.append(svg("title", {}, `${this.stack.resources[from].n} ${KINDS[kind].word} ${label ? `${text(label)}: ` : ""}${this.stack.resources[to].n}`));
        return path;
      });
      edges.append(...this.paths);
      this.drawing.append(frames, edges, nodes, this.titles, this.veil, this.lit);
      this.current = this.drawn.find(({ resource }) => !resource.c) || this.drawn[0];
      this.nodes.get(this.current.index).setAttribute("tabindex", "0");
    }

    describe(resource) {
      return `${cut(resource.n, 80)}, ${shortType(text(resource.t))}, ${STATES[resource.s].word}`;
    }

    frame(resource, index) {
      const [x, y, width, height] = resource.b;
      this.titles.append(svg("text", { class: "frame-title", x: x + 14, y: y + 22 }, cut(resource.n, Math.max(12, Math.floor(width / 9) - 6)), " ",
        svg("tspan", { class: "type" }, width > 300 ? shortType(text(resource.t)) : "")));
      const children = [svg("rect", { class: "frame", width, height, rx: 10 })];
      if (resource.s !== "none" && resource.s !== "passed") children.push(this.sign(resource.s, width - 30, 10, 18));
      return svg("g", { class: `component is-${resource.s}`, transform: `translate(${x} ${y})`, role: "button", tabindex: "-1", "data-index": index, "aria-label": `component ${this.describe(resource)}` }, children);
    }

    node(resource, index) {
      const [x, y, width, height] = resource.b;
      return svg("g", { class: `node is-${resource.s}`, transform: `translate(${x} ${y})`, role: "button", tabindex: "-1", "data-index": index, "aria-label": this.describe(resource) },
        svg("title", {}, `${resource.n}\n${text(resource.t)}\n${STATES[resource.s].word}`),
        svg("rect", { class: "box", width, height, rx: 6 }),
        this.sign(resource.s, 11, 13, 20),
        svg("text", { x: 40, y: 20 }, pinch(resource.n, 20)),
        svg("text", { class: "type", x: 40, y: 36 }, `${cut(shortType(text(resource.t)).split(".").at(-1), 22 - STATES[resource.s].word.length)} · ${STATES[resource.s].word}`));
    }

    sign(state, x, y, size) {
      return svg("use", { class: `mark is-${state}`, href: `#mark-${state}`, x, y, width: size, height: size });
    }

    route(from, to) {
      const [x, y, width, height] = this.stack.resources[from].b;
      const [left, top, wide, high] = this.stack.resources[to].b;
      const [start, end] = [y + height / 2, top + high / 2];
      if (left >= x + width) {
        const bend = Math.max(28, Math.min(160, (left - x - width) / 2));
        return `M${x + width} ${start}C${x + width + bend} ${start} ${left - bend} ${end} ${left} ${end}`;
      }
      if (left + wide <= x) {
        const bend = Math.max(28, Math.min(160, (x - left - wide) / 2));
        return `M${x} ${start}C${x - bend} ${start} ${left + wide + bend} ${end} ${left + wide} ${end}`;
      }
      const side = Math.max(x + width, left + wide);
      return `M${x + width} ${start}C${side + 44} ${start} ${side + 44} ${end} ${left + wide} ${end}`;
    }

    // where the picture stands

    height() {
      const [width, height] = this.stack.size;
      this.canvas.style.setProperty("--shape", String((width + 24) / (height + 24)));
    }

    fit() {
      const [width, height] = this.stack.size;
      const box = this.canvas.getBoundingClientRect();
      if (!box.width) return;
      this.scale = Math.min(box.width / (width + 24), box.height / (height + 24), 1.15);
      this.x = (box.width - width * this.scale) / 2;
      this.y = (box.height - height * this.scale) / 2;
      this.touched = false;
      this.place();
    }

    place() {
      this.drawing.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
      const far = this.scale < 0.42;
      if (far !== this.far) this.drawing.classList.toggle("far", far);
      if (far) this.drawing.style.setProperty("--far", `${10 / this.scale}px`);
      this.far = far;
    }

    zoom(by, atX, atY) {
      const box = this.canvas.getBoundingClientRect();
      const [x, y] = [atX ?? box.width / 2, atY ?? box.height / 2];
      const scale = Math.max(0.04, Math.min(3, this.scale * by));
      this.x = x - ((x - this.x) * scale) / this.scale;
      this.y = y - ((y - this.y) * scale) / this.scale;
      this.scale = scale;
      this.touched = true;
      this.place();
    }

    move(byX, byY) {
      this.x += byX;
      this.y += byY;
      this.touched = true;
      this.place();
    }

    reveal(index) {
      const [x, y, width, height] = this.stack.resources[index].b;
      const box = this.canvas.getBoundingClientRect();
      const margin = 24;
      const hidden = this.aside.hidden || this.aside.offsetWidth > box.width / 2 ? 0 : this.aside.offsetWidth;
      const [left, top] = [this.x + x * this.scale, this.y + y * this.scale];
      const [right, bottom] = [left + width * this.scale, top + height * this.scale];
      const nudge = (low, high, end) => (low < margin ? margin - low : high > end - margin ? Math.max(end - margin - high, margin - low) : 0);
      const [byX, byY] = [nudge(left, right, box.width - hidden), nudge(top, bottom, box.height)];
      if (byX || byY) this.move(byX, byY);
    }

    listen() {
      const moving = later(() => this.place());
      let held = null;
      this.canvas.addEventListener("pointerdown", (event) => {
        if (event.button === 0) held = { x: event.clientX, y: event.clientY, far: 0 };
      });
      this.canvas.addEventListener("pointermove", (event) => {
        if (!held) return;
        const [byX, byY] = [event.clientX - held.x, event.clientY - held.y];
        held.far += Math.abs(byX) + Math.abs(byY);
        Object.assign(held, { x: event.clientX, y: event.clientY });
        if (held.far > 4 && !this.canvas.hasPointerCapture(event.pointerId)) this.canvas.setPointerCapture(event.pointerId);
        this.canvas.classList.add("moving");
        this.x += byX;
        this.y += byY;
        this.touched = true;
        moving();
      });
      const release = () => {
        this.canvas.classList.remove("moving");
        held = null;
      };
      let moved = false;
      this.canvas.addEventListener("pointerup", () => {
        moved = held !== null && held.far > 4;
        release();
      });
      this.canvas.addEventListener("pointercancel", release);
      this.canvas.addEventListener("click", (event) => {
        const clicked = event.target.closest("[data-index]");
        if (clicked && !moved) this.choose(Number(clicked.dataset.index));
        else if (!moved) this.blank();
        moved = false;
      });
      this.canvas.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const box = this.canvas.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
      }, { passive: false });
      this.canvas.addEventListener("keydown", (event) => this.key(event));
      this.canvas.addEventListener("focusin", (event) => {
        const node = event.target.closest("[data-index]");
        if (!node) return;
        this.stand(Number(node.dataset.index));
        if (node.matches(":focus-visible")) this.reveal(this.current.index);
      });
    }

    key(event) {
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const acts = { "+": () => this.zoom(1.3), "=": () => this.zoom(1.3), "-": () => this.zoom(1 / 1.3), 0: () => this.fit(), Escape: () => this.blank(),
        Enter: () => this.choose(this.current.index), " ": () => this.choose(this.current.index) };
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (steps[event.key]) this.step(...steps[event.key]);
      else if (acts[event.key]) acts[event.key]();
      else return;
      event.preventDefault();
    }

    step(byX, byY) {
      const [x, y, width, height] = this.current.resource.b;
      const [midX, midY] = [x + width / 2, y + height / 2];
      let best = null;
      for (const item of this.drawn) {
        if (item === this.current || item.resource.c) continue;
        const [left, top, wide, high] = item.resource.b;
        const [offX, offY] = [left + wide / 2 - midX, top + high / 2 - midY];
        const [along, across] = byX ? [offX * byX, Math.abs(offY)] : [offY * byY, Math.abs(offX)];
        if (along > 1 && (!best || along + 2 * across < best.far)) best = { item, far: along + 2 * across };
      }
      if (best) this.nodes.get(best.item.index).focus({ preventScroll: true });
    }

    // Makes a resource the one that Tab comes to, and from which arrows go on.
    stand(index) {
      this.nodes.get(this.current.index).setAttribute("tabindex", "-1");
      this.current = this.drawn.find((item) => item.index === index);
      this.nodes.get(index).setAttribute("tabindex", "0");
    }

    // one resource and what it has to do with others

    choose(index, jump) {
      this.unmark();
      this.stand(index);
      this.light(index);
      this.tell(index);
      if (jump) {
        document.getElementById(`${this.stack.id}-graph`).scrollIntoView();
        if (this.far) this.zoom(0.8 / this.scale);
        this.nodes.get(index).focus({ preventScroll: true });
      }
      this.reveal(index);
    }

    // Draws a resource and its neighbours once more above a veil: a thousand others need not change for it.
    light(index) {
      const spots = this.near[index].filter(({ kind }) => !this.hidden.has(kind));
      const near = new Set([...spots.map(({ other }) => other), index]);
      const copies = [...spots.map(({ number }) => this.paths[number]), ...[...near].filter((one) => !this.stack.resources[one].c || one === index).map((one) => this.nodes.get(one))]
        .filter(Boolean).map((node) => node.cloneNode(true));
      for (const copy of copies) for (const name of ["role", "tabindex", "aria-label", "data-index"]) copy.removeAttribute(name);
      copies.at(-1).classList.add("chosen");
      this.veil.setAttribute("width", this.stack.resources[index].c ? 0 : this.stack.size[0]);
      this.lit.append(...copies);
      const room = spots.filter(({ number }) => this.paths[number].getTotalLength() > 110);
      this.lit.append(...room.slice(0, 40).map(({ number, kind, label }) => {
        const path = this.paths[number];
        const point = path.getPointAtLength(path.getTotalLength() / 2);
        return svg("text", { class: "edge-label", x: point.x, y: point.y - 4, "text-anchor": "middle" }, cut(`${KINDS[kind].word}${label ? ` ${label}` : ""}`, 44));
      }));
    }

    unmark() {
      this.veil.setAttribute("width", 0);
      this.lit.replaceChildren();
    }

    blank() {
      this.unmark();
      this.aside.hidden = true;
    }

    tell(index) {
      const resource = this.stack.resources[index];
      const rows = this.stack.rows.filter((row) => row.i === index);
      const passes = this.stack.passed.filter((row) => row[1] === index).length;
      this.aside.hidden = false;
      this.aside.scrollTop = 0;
      this.aside.replaceChildren(
        el("button", { type: "button", class: "quiet close", "aria-label": "Let go of the resource", onclick: () => {
          this.blank();
          this.nodes.get(index).focus({ preventScroll: true });
        } }, "×"),
        el("h3", {}, el("bdi", {}, resource.n)),
        el("p", { class: "word" }, text(resource.t)),
        el("p", {}, mark(resource.s), " ", STATES[resource.s].word, passes ? `, passes ${passes} of its policies` : ""),
        resource.q ? el("p", {}, text(resource.q)) : "",
        rows.length ? el("div", {}, el("h4", {}, "Findings"), el("ul", {}, rows.slice(0, 20).map((row) => el("li", {}, mark(row.g), " ", cut(text(row.m), 200)))),
          el("button", { type: "button", class: "link", onclick: () => shown(this.stack).findings.only(resource.n) }, "Show them in the list")) : "",
        this.relations(index, true), this.relations(index, false),
        resource.f ? el("h4", {}, "Source") : "", resource.f ? sourceOf(resource) : "",
        el("p", { class: "urn" }, urnOf(this.stack, index)));
    }

    relations(index, out) {
      const found = this.near[index].filter((item) => item.out === out);
      if (!found.length) return "";
      return el("div", {}, el("h4", {}, out ? "Acts on" : "Acted on by"), el("ul", {}, found.slice(0, 60).map(({ other, kind, label }) => {
        const words = out ? KINDS[kind].word : KINDS[kind].back;
        const grant = kind === "grants";
        return el("li", {}, grant && out ? `${words} ${label}: ` : `${words} `, el("button", { type: "button", class: "link", onclick: () => {
          this.choose(other);
          this.aside.querySelector("h3").scrollIntoView({ block: "nearest" });
        } }, cut(this.stack.resources[other].n, 60)), label && !(grant && out) ? ` (${label})` : "");
      })), found.length > 60 ? el("p", {}, `and ${found.length - 60} more`) : "");
    }

    // the same for those who do not see it

    alike() {
      const box = el("details", { class: "alike" }, el("summary", {}, "The graph as a list"));
      box.addEventListener("toggle", () => {
        if (box.open && box.childElementCount === 1) box.append(this.tree());
      });
      return box;
    }

    tree() {
      const inside = new Map();
      for (const item of this.drawn) {
        let owner = item.resource.a;
        while (owner >= 0 && !this.stack.resources[owner].c) owner = this.stack.resources[owner].a;
        if (!inside.has(owner)) inside.set(owner, []);
        inside.get(owner).push(item);
      }
      const list = (owner) => el("ul", {}, (inside.get(owner) || []).map(({ resource, index }) => {
        const acts = this.near[index].filter((item) => item.out).slice(0, 30)
          .map(({ other, kind, label }) => (kind === "grants" ? `${KINDS[kind].word} ${label}: ${this.stack.resources[other].n}`
            : `${KINDS[kind].word} ${this.stack.resources[other].n}${label ? ` (${label})` : ""}`));
        return el("li", {}, mark(resource.s), " ", el("bdi", {}, resource.n), ` (${shortType(text(resource.t))}): ${STATES[resource.s].word}`,
          acts.length ? `; ${acts.join("; ")}` : "", inside.has(index) ? list(index) : "");
      }));
      return list(-1);
    }
  }

  // reach -------------------------------------------------------------------------------------------------------------

  class Reach {
    constructor(stack, slot) {
      this.stack = stack;
      this.slot = slot;
      const { absent, principals } = stack.reach;
      if (absent) slot.append(el("p", { class: "empty" }, `It was not worked out: ${absent}.`));
      else if (!principals.length) slot.append(el("p", { class: "empty" }, "The stack makes no IAM principal and no policy."));
      else this.draw();
    }

    draw(limit = CHUNK) {
      const { principals } = this.stack.reach;
      this.slot.replaceChildren(this.matrix(limit), this.key(), ...principals.slice(0, limit).map((principal, index) => this.principal(principal, index)));
      if (principals.length > limit) {
        this.slot.append(el("button", { type: "button", class: "quiet further", onclick: () => this.draw(limit + CHUNK) },
          `Show ${Math.min(CHUNK, principals.length - limit)} more of ${principals.length - limit}`));
      }
    }

    matrix(limit) {
      const { services, principals } = this.stack.reach;
      return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Access levels of each principal by service" },
        el("table", { class: "matrix" },
          el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Principal"), services.map((service) => el("th", { scope: "col" }, service === "*" ? "every service" : service)))),
          el("tbody", {}, principals.slice(0, limit).map((principal, index) => el("tr", {},
            el("th", { scope: "row" }, el("a", { href: `#${this.stack.id}-principal-${index}` }, cut(principal.n, 60)), el("span", { class: "kind" }, shortType(text(principal.t)))),
            services.map((service) => el("td", {}, this.cell(own(principal.cells, service)))))))));
    }

    cell(levels) {
      if (!levels) return el("span", { class: "none-cell" }, el("span", { "aria-hidden": "true" }, "·"), el("span", { class: "sr" }, "none"));
      const heavy = { permissions: "heavy", admin: "grave" };
      return el("span", { class: "cell" },
        LEVELS.map((level) => el("i", { "aria-hidden": "true", class: levels.includes(level) ? `on ${heavy[level] || ""}` : null }, level[0].toUpperCase())),
        levels.includes("unknown") ? el("i", { "aria-hidden": "true", class: "on" }, "?") : "",
        el("span", { class: "sr" }, levels.join(", ")));
    }

    key() {
      return el("p", { class: "key-line" }, ["L list", "R read", "W write", "P permissions management", "A everything a service can do", "? cannot be told", "· none"].map((words) => el("span", {}, words)));
    }

    principal(principal, index) {
      const box = el("details", { class: "principal", id: `${this.stack.id}-principal-${index}`, open: index < 5 },
        el("summary", {}, el("b", {}, el("bdi", {}, principal.n)), el("span", { class: "word" }, shortType(text(principal.t))), el("span", { class: "word" }, this.gist(principal))));
      const show = () => {
        if (box.open && box.childElementCount === 1) box.append(this.words(principal));
      };
      box.addEventListener("toggle", show);
      show();
      return box;
    }

    gist(principal) {
      const all = Object.entries(principal.cells);
      return all.length ? cut(`may ${this.sentence(all)}`, 160) : "may do nothing that can be seen";
    }

    words(principal) {
      const codes = (numbers) => el("dd", {}, numbers.slice(0, 60).map((number) => el("code", { class: "item" }, text(number) === "*" ? "everything" : text(number))),
        numbers.length > 60 ? `and ${numbers.length - 60} more` : "");
      const line = (name, numbers) => (numbers.length ? el("div", {}, el("dt", {}, name), codes(numbers)) : "");
      const parts = [];
      if (principal.by.length) parts.push(el("dl", {}, line("Taken by", principal.by)));
      for (const one of principal.may) {
        parts.push(el("dl", {}, el("div", {}, el("dt", {}, "May"), el("dd", {}, this.sentence(one.lv), one.sid ? el("span", { class: "sub" }, ` (${one.sid})`) : "")),
          line("actions", one.do), line("on", one.on), line("only where", one.if), line("but", one.not)));
      }
      if (principal.open.length) parts.push(el("dl", {}, line("Unknown", principal.open)), el("p", { class: "sub" }, "These values are unknown or secret, and may allow more."));
      return el("div", { class: "words" }, parts.length ? parts : el("p", {}, "No policy of the stack stands on it."));
    }

    sentence(levels) {
      return levels.map(([service, found]) => {
        const where = service === "*" ? "every service" : service;
        const verbs = found.map((level) => VERBS[level]);
        return `${verbs.length > 1 ? `${verbs.slice(0, -1).join(", ")} and ${verbs.at(-1)}` : verbs[0]} in ${where}`;
      }).join("; ");
    }

    everything() {
      if (this.stack.reach.principals.length > CHUNK) this.draw(Infinity);
      for (const box of this.slot.querySelectorAll(".principal")) box.open = true;
    }
  }

  // the page ----------------------------------------------------------------------------------------------------------

  const parts = new Map();

  function shown(stack) {
    if (!parts.has(stack.id)) {
      const slot = (name) => document.querySelector(`#${stack.id} .slot[data-part="${name}"]`);
      parts.set(stack.id, { findings: new Findings(stack, slot("findings")), graph: new Graph(stack, slot("graph")), reach: new Reach(stack, slot("reach")) });
    }
    return parts.get(stack.id);
  }

  function show(id) {
    const stack = page.stacks.find((one) => one.id === id) || page.stacks[0];
    if (!stack) return;
    for (const one of page.stacks) document.getElementById(one.id).hidden = one !== stack;
    for (const link of document.querySelectorAll(".stack-link")) {
      if (link.dataset.stack === stack.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    shown(stack);
  }

  function follow() {
    const target = location.hash.slice(1);
    show(target.split("-")[0]);
    const place = target && document.getElementById(target);
    if (place && place.matches("details")) place.open = true;
    if (place && place.closest(".part, .principal")) place.scrollIntoView();
    else if (place) window.scrollTo(0, 0);
  }

  function printable() {
    for (const stack of page.stacks) {
      const { findings, reach, graph } = shown(stack);
      document.getElementById(stack.id).hidden = false;
      findings.everything();
      reach.everything();
      if (graph.canvas) graph.fit();
    }
  }

  function screen() {
    for (const { findings } of parts.values()) if (findings.before) findings.again();
    follow();
  }

  const theme = document.querySelector(".theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : dark.matches);
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-label", `${theme.textContent} colours`); };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  dark.addEventListener("change", nameTheme);
  nameTheme();

  document.documentElement.classList.add("scripted");
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", printable);
  addEventListener("afterprint", screen);
  matchMedia("print").addEventListener("change", (event) => (event.matches ? printable() : screen()));
  follow();
})();
