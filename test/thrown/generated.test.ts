import { TripWire } from '@mastra/core/agent';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { streamImage } from '../../src/realtime/image';
import { encodeValue, UnencodableValue } from '../../src/wire/encode';
import { storableError } from '../../src/wire/storable-error';
import { encodeTolerantly } from '../../src/wire/tolerant';
import { Kit, type StepContext } from '../differential/kit';
import { share } from '../support/share';
import { type Engine, inngestEngine } from './engines';
import { anything, thrownThings } from './generated';

const RUNS = { numRuns: 300, seed: 20261129 };
const LIMIT = 1024 * 1024;
const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('I7: one place for each encoding', () => {
  test('an error can be made of anything: it is small, and stored as it stands', () => {
    fc.assert(
      fc.property(thrownThings, thrown => {
        const error = storableError(thrown);
        const encoded = encodeValue(error);
        expect(size(encoded)).toBeLessThanOrEqual(LIMIT + 1024);
        expect(encodeValue(storableError(error))).toEqual(encoded);
      }),
      RUNS,
    );
  });

  test('a value is encoded within any limit', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 50, max: 5000 }), (value, most) => {
        expect(size(encodeTolerantly(value, most))).toBeLessThanOrEqual(most);
      }),
      RUNS,
    );
  });

  test('what can not be stored is refused with one kind of error', () => {
    fc.assert(
      fc.property(anything, value => {
        try {
          encodeValue(value);
        } catch (error) {
          expect(error).toBeInstanceOf(UnencodableValue);
        }
      }),
      RUNS,
    );
  });

  test('anything that is written has an image', () => {
    fc.assert(
      fc.property(anything, output => {
        expect(streamImage({ type: 'workflow-step-output', payload: { output } }).type).toBe(
          'workflow-step-output',
        );
      }),
      RUNS,
    );
  });
});

/** What a step does with a generated value, and how its run may end. */
const USES: Record<string, { body: (value: unknown, context: StepContext) => unknown; ends: string[] }> = {
  throws: {
    body: value => {
      throw value;
    },
    ends: ['failed'],
  },
  trips: {
    body: metadata => {
      throw new TripWire('no', { metadata });
    },
    ends: ['tripwire'],
  },
  returns: { body: value => ({ value }), ends: ['success', 'failed'] },
  'sets-state': {
    body: async (value, { setState }) => {
      await setState({ value } as never);
      return {};
    },
    ends: ['success', 'failed'],
  },
  suspends: {
    body: async (value, { suspend }) => suspend({ value } as never),
    ends: ['suspended', 'failed'],
  },
  'sets-context': {
    body: (value, { requestContext }) => {
      (requestContext as unknown as Map<string, unknown>).set('value', value);
      return {};
    },
    ends: ['success', 'failed'],
  },
  writes: {
    body: async (value, { writer }) => {
      await writer.write({ value } as never);
      return {};
    },
    ends: ['success'],
  },
};

const COUNT = 15;
const SAMPLES: Record<string, unknown[]> = {
  throws: fc.sample(thrownThings, { numRuns: COUNT, seed: 1 }),
  ...Object.fromEntries(
    Object.keys(USES)
      .slice(1)
      .map((use, place) => [use, fc.sample(anything, { numRuns: COUNT, seed: place + 2 })]),
  ),
};

function build(inngest: ConstructorParameters<typeof Kit>[1], count: (name: string) => void) {
  return Object.fromEntries(
    Object.entries(USES).map(([use, { body }]) => {
      const kit = new Kit(use, inngest);
      const step = kit.step('one', async context => {
        const { place } = context.inputData as { place: number };
        count(`${use}/${place}`);
        return body(SAMPLES[use]?.[place], context);
      });
      const workflow = kit
        .workflow({ stateSchema: kit.any })
        .then(step)
        .then(kit.step('two', () => ({})))
        .commit();
      return [use, workflow];
    }),
  );
}

describe.each([true, false])('I7: no value makes Inngest repeat a body: checkpointing %s', checkpointing => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await inngestEngine(build, checkpointing);
  });
  afterAll(() => engine.stop());

  test.concurrent.each(Object.entries(USES))('a step %s anything', async (use, { ends }) => {
    for (const place of share([...Array(COUNT).keys()], checkpointing ? 0 : 1, 2)) {
      const { result } = await engine.run(use, { place });
      expect(ends, `${use} ${place}`).toContain(result?.status);
      expect(engine.calls(`${use}/${place}`)).toBe(1);
      if (result?.status === 'failed' && use !== 'throws') {
        expect(result.error?.code).toMatch(/^OUTPUT_/);
      }
    }
  });
});
