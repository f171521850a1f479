/** Which tests run on which copies of Inngest's SDK and of Mastra's core. */

/** One run of vitest: on one SDK, with checkpointing on or off. */
export interface Cell {
  /** The alias under which package.json installs it. */
  sdk: string;
  /** The same of core; missing for the newest. */
  core?: string;
  checkpointing: 'on' | 'off';
  /** Test folders and files. */
  tests: string[];
}

type Tests = Record<Cell['checkpointing'], string[]>;

/** The newest of each major, then the oldest that the package supports. */
const NEWEST = ['inngest-v3', 'inngest'];
const OLDEST = ['inngest-v3-oldest', 'inngest-v4-oldest'];

/** The comparison with Mastra's own engine sets checkpointing by itself, so each of its modes belongs to one half. */
const differential: Tests = {
  on: ['test/differential/checkpointing.test.ts'],
  off: [
    'test/differential/no-checkpointing.test.ts',
    'test/differential/replay.test.ts',
    'test/differential/two-instances.test.ts',
  ],
};

/** How many requests a run takes, for the table at the end. */
const REQUESTS = 'test/engine/request-counts.test.ts';

const behaviour = ['test/engine', 'test/e2e', 'test/runs'];

/** All of them in each half. */
const whole: Tests = {
  on: [...behaviour, ...differential.on, 'test/starts'],
  off: [...behaviour, ...differential.off, 'test/histories', 'test/fault', 'test/deploys'],
};

/**
 * How an op is executed depends on the SDK and on checkpointing, so `engine` and `differential` are played with each of both. What an
 * app serves and what a caller does reaches the SDK through its port, whatever checkpointing does, so `e2e` and `runs` are played as a
 * major is without settings (v4 with checkpointing, by verify; v3 without), and `starts`, `fault` and the like once.
 */
const once: Tests = {
  on: ['test/engine', ...differential.on, 'test/starts'],
  off: [...behaviour, ...differential.off, 'test/histories', 'test/fault', 'test/deploys'],
};

/** The oldest release of a major is called by the same code as the newest. */
const smoke: Tests = {
  on: [REQUESTS, 'test/e2e', ...differential.on],
  off: ['test/engine', 'test/histories', 'test/differential/replay.test.ts'],
};

/** `npm run verify` has played the rest on the newest SDK as it is without settings: with checkpointing. */
const besideVerify: Tests = { on: [REQUESTS], off: ['test/engine'] };

/** Core 1.58 has no cache that could hold a log, so what is stored of a run has to do for whoever watches. */
const ON_OLDEST_CORE = [
  'test/e2e',
  'test/engine/steps.test.ts',
  'test/realtime',
  'test/streams/faults.test.ts',
];

/** `all`: everything on every SDK. */
export function cells(all: boolean): Cell[] {
  const halves = (sdk: string, tests: Tests): Cell[] =>
    (['on', 'off'] as const).map(checkpointing => ({ sdk, checkpointing, tests: tests[checkpointing] }));
  const beside = (sdk: string) => (sdk === 'inngest' ? besideVerify : once);
  return [
    ...NEWEST.flatMap(sdk => halves(sdk, all ? whole : beside(sdk))),
    { sdk: 'inngest', core: 'core-oldest', checkpointing: 'on', tests: ON_OLDEST_CORE },
    ...OLDEST.flatMap(sdk => halves(sdk, all ? whole : smoke)),
  ];
}
