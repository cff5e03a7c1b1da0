// A flame graph by d3-flame-graph, whose frames work with mouse, keyboard and screen reader. The styles of its classes are in
// style.css.
import flamegraph from 'd3-flame-graph';
import { select } from 'd3-selection';
import { drawnCopy } from '../stacks.js';

const rowHeight = 18;
const narrowest = 0.3; // px; as in the daemon's drawing

const depthOf = (node) => 1 + Math.max(0, ...node.children.map(depthOf));
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class FlameGraph {
  // root: see stackTree(). label, describe, fill: (node) => the frame's text, its full description, its colour.
  // zoomed(node or null), looked(node): called after the user zoomed, or pointed at or focused a frame.
  constructor(place, root, { width, label, describe, fill, zoomed, looked }) {
    this.place = place;
    this.root = root;
    this.describe = describe;
    this.zoomed = zoomed;
    this.looked = looked;
    this.current = root;
    this.found = null;
    this.top = root;
    this.chart = flamegraph()
      .width(width)
      .height(depthOf(root) * rowHeight)
      .cellHeight(rowHeight)
      .minFrameSize(narrowest)
      .transitionDuration(still() ? 0 : 150)
      .getName(({ data }) => label(data))
      .setColorMapper(({ data }) => fill(data))
      .setLabelHandler(({ data }) => describe(data))
      .setDetailsHandler(() => {})
      .onHover(({ data }) => looked(data))
      .onClick(({ data }) => this.zoomedTo(data));
    select(place).datum(root).call(this.chart);
    this.drawing = place.querySelector('svg');
    this.drawing.setAttribute('role', 'tree');
    this.drawing.querySelector('text.title').remove();
    this.drawing.addEventListener('keydown', (event) => this.key(event));
    this.drawing.addEventListener('focusin', (event) => this.look(event.target.closest('g.frame')));
    this.dress();
  }

  set name(text) {
    this.drawing.setAttribute('aria-label', text);
  }

  get drawnFrames() {
    return this.elements.size;
  }

  // The library resets its attributes with each drawing.
  dress() {
    this.elements = new Map();
    const dress = (element, { data, depth }) => {
      this.elements.set(data, element);
      const attributes = {
        role: 'treeitem',
        'aria-level': depth + 1,
        'aria-label': this.describe(data),
        'aria-selected': data === this.top,
        tabindex: data === this.current ? 0 : -1,
      };
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      if (drawnCopy(data) && data.change === null) element.classList.add(`copy-${drawnCopy(data)}`);
      element.classList.toggle('found', this.found?.has(data) ?? false);
      element.classList.toggle('unfound', this.found !== null && !this.found.has(data));
      element.querySelector('foreignObject').setAttribute('aria-hidden', 'true');
    };
    select(this.drawing)
      .selectAll('g.frame')
      .each(/** @this {Element} */ function each(datum) {
        dress(this, datum);
      });
    if (!this.elements.has(this.current)) this.point(this.root);
  }

  zoomedTo(node) {
    this.top = node;
    this.dress();
    this.zoomed(node === this.root ? null : node);
  }

  // node: null for the whole graph.
  zoom(node) {
    const wanted = node ?? this.root;
    if (wanted === this.top) return;
    this.chart.zoomTo(
      select(this.place)
        .datum()
        .find(({ data }) => data === wanted),
    );
  }

  // found: a set of nodes, or null without a search.
  search(found) {
    this.found = found;
    this.dress();
  }

  resize(width) {
    this.chart.width(width).update();
    this.dress();
  }

  end() {
    this.chart.destroy();
  }

  // Sets the one frame that the Tab key reaches.
  point(node) {
    this.elements.get(this.current)?.setAttribute('tabindex', -1);
    this.current = node;
    this.elements.get(node)?.setAttribute('tabindex', 0);
  }

  look(element) {
    if (!element) return;
    const { data } = select(element).datum();
    this.point(data);
    this.looked(data);
  }

  // Directions as in the drawing: callers are below, callees above.
  neighbour(node, key) {
    const drawn = (nodes) => nodes.filter((other) => this.elements.has(other));
    if (key === 'Home') return this.root;
    if (key === 'ArrowDown') return node.parent;
    if (key === 'ArrowUp')
      return drawn(node.children).reduce((most, child) => (most?.value >= child.value ? most : child), null);
    const siblings = node.parent ? drawn(node.parent.children) : [];
    return siblings[siblings.indexOf(node) + (key === 'ArrowRight' ? 1 : -1)] ?? null;
  }

  key(event) {
    const node = this.current;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') this.zoom(node);
    else if (event.key === 'Escape') this.zoom(null);
    else if (['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home'].includes(event.key))
      this.elements.get(this.neighbour(node, event.key))?.focus();
    else return;
    event.preventDefault();
  }
}
