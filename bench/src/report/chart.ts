/** A chart of times relative to the hand-written function, as SVG. */
import type { Mode, Packaged } from '../matrix';
import { type Results, ratioToRaw } from '../results';
import { SCENARIOS } from '../scenarios';

const LEFT = 190;
const WIDTH = 760;
const ROW = 30;
const TOP = 62;
/** The axis: powers of two, from half the time to 64 times it. */
const TICKS = [0.5, 1, 2, 4, 8, 16, 32, 64];
const COLOURS: Record<Packaged, string> = { ours: '#2563eb', peer: '#d97706' };

export function chart(results: Results): string {
  const panels = (['v4-on', 'v4-off'] as const).map((mode, index) => panel(results, mode, index));
  const height = panelHeight() * panels.length + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    '<title>Time of a run, relative to a hand-written Inngest function</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...panels,
    text(LEFT, height - 8, `${results.date}, ${results.server} server; less is better, logarithmic`, '#555'),
    '</svg>',
    '',
  ].join('\n');
}

function panelHeight(): number {
  return TOP + SCENARIOS.length * ROW + 8;
}

function panel(results: Results, mode: Mode, index: number): string {
  const top = index * panelHeight();
  const title = `Time / hand-written function, checkpointing ${mode === 'v4-on' ? 'on' : 'off'}`;
  const bottom = top + panelHeight() - 8;
  return [
    text(10, top + 22, title, '#111', 15),
    ...legend(top + 22),
    ...TICKS.map(tick => grid(tick, top + TOP - 6, bottom)),
    ...SCENARIOS.map((scenario, row) => bars(results, mode, scenario, top + TOP + row * ROW)),
  ].join('\n');
}

function legend(y: number): string[] {
  return Object.entries(COLOURS).map(([name, colour], index) => {
    const x = WIDTH - 140 + index * 66;
    return `<rect x="${x}" y="${y - 10}" width="11" height="11" fill="${colour}"/>${text(x + 15, y, name, '#111')}`;
  });
}

function grid(tick: number, top: number, bottom: number): string {
  const x = place(tick);
  const colour = tick === 1 ? '#111' : '#ddd';
  const label = text(x - 6, top - 4, `${tick}×`, '#555', 11);
  return `<line x1="${x}" y1="${top}" x2="${x}" y2="${bottom}" stroke="${colour}"/>${label}`;
}

function bars(results: Results, mode: Mode, { id, title }: { id: string; title: string }, y: number): string {
  const drawn = Object.entries(COLOURS).map(([contender, colour], index) => {
    const ratio = ratioToRaw(results, contender as Packaged, mode, id);
    const at = y + index * 12;
    if (ratio === undefined) return text(place(1) + 6, at + 10, 'not measured', '#888', 10);
    const end = place(ratio);
    const [from, to] = [Math.min(end, place(1)), Math.max(end, place(1))];
    const bar = `<rect x="${from}" y="${at + 1}" width="${Math.max(1, to - from)}" height="10" fill="${colour}"/>`;
    return bar + text(to + 5, at + 10, ratio.toFixed(2), '#111', 10);
  });
  return [text(10, y + 16, title, '#111'), ...drawn].join('\n');
}

function place(ratio: number): number {
  const [first = 0.5, last = 64] = [TICKS[0], TICKS.at(-1)];
  const share = Math.log(Math.min(last, Math.max(first, ratio)) / first) / Math.log(last / first);
  return Math.round(LEFT + share * (WIDTH - LEFT - 50));
}

function text(x: number, y: number, content: string, colour: string, size = 12): string {
  const safe = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x}" y="${y}" fill="${colour}" font-size="${size}">${safe}</text>`;
}
