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

/** The newest of each major, then the oldest that the package supports. */
const NEWEST = ['inngest-v3', 'inngest'];
const OLDEST = ['inngest-v3-oldest', 'inngest-v4-oldest'];

const behaviour = ['test/engine', 'test/e2e', 'test/runs'];

/** The comparison with Mastra's own engine sets checkpointing by itself, so each of its modes belongs to one half. */
const differential = {
  on: ['test/differential/checkpointing.test.ts'],
  off: [
    'test/differential/no-checkpointing.test.ts',
    'test/differential/replay.test.ts',
    'test/differential/two-instances.test.ts',
  ],
};

const full = {
  // Starts that come to nothing take their time, so once for each major.
  on: [...behaviour, ...differential.on, 'test/starts'],
  off: [...behaviour, ...differential.off, 'test/histories', 'test/fault'],
};

const smoke = {
  on: ['test/engine', 'test/e2e', ...differential.on],
  off: ['test/engine', 'test/e2e', 'test/histories', 'test/differential/replay.test.ts'],
};

/** Of deploys, the newest v4 has them in `npm test`. */
const withDeploys = { ...full, off: [...full.off, 'test/deploys'] };

/** Core 1.58 has no cache that could hold a log, so what is stored of a run has to do for whoever watches. */
const ON_OLDEST_CORE = [
  'test/e2e',
  'test/engine/steps.test.ts',
  'test/realtime',
  'test/streams/faults.test.ts',
];

/** What `npm test` covers already, on the newest SDK as it is without settings; only what it leaves out is left. */
const besideNpmTest = { on: ['test/engine/request-counts.test.ts'], off: behaviour };

/** `all`: also what `npm test` runs anyway, and everything on the oldest SDKs. */
export function cells(all: boolean): Cell[] {
  const half = (sdk: string, checkpointing: 'on' | 'off', tests: Record<'on' | 'off', string[]>): Cell => ({
    sdk,
    checkpointing,
    tests: tests[checkpointing],
  });
  const whole = (sdk: string) => (sdk !== 'inngest' ? withDeploys : all ? full : besideNpmTest);
  return [
    ...NEWEST.flatMap(sdk => [half(sdk, 'on', whole(sdk)), half(sdk, 'off', whole(sdk))]),
    { sdk: 'inngest', core: 'core-oldest', checkpointing: 'on', tests: ON_OLDEST_CORE },
    ...OLDEST.flatMap(sdk => [half(sdk, 'on', all ? full : smoke), half(sdk, 'off', all ? full : smoke)]),
  ];
}
