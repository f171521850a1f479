/** Values of every kind that JavaScript has, good and bad ones mixed. */
import fc from 'fast-check';

class Account {
  constructor(
    readonly id: unknown,
    readonly owner: unknown,
  ) {}
}

const refuse = () => {
  throw new RangeError('refused');
};

/** A getter that throws beside a field. */
function withGetter(value: unknown): object {
  return Object.defineProperty({ value }, 'trap', { get: refuse, enumerable: true });
}

function withCycle(value: unknown): object {
  const node: Record<string, unknown> = { value };
  node.again = { node };
  return node;
}

function errorWith(fields: object, cause: unknown): Error {
  return Object.assign(new Error('generated', cause === undefined ? undefined : { cause }), fields);
}

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.constantFrom<unknown>(null, undefined, '\ud800', Symbol.iterator),
  fc
    .constantFrom<() => unknown>(
      () => () => 1,
      () => new DOMException('gone', 'AbortError'),
      () => Promise.resolve(1),
      () => new WeakMap(),
      () => new Map([[{}, () => 1]]),
      () => 'L'.repeat(10_000_000),
      () => Object.create(null) as unknown,
      () => new URL('http://localhost/'),
    )
    .map(make => make()),
);

const keys = fc.constantFrom(
  'a',
  'code',
  'status',
  'message',
  'name',
  'stack',
  'toJSON',
  '__proto__',
  '$mastra',
  '\udfff',
);

/** Anything. */
export const anything: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: leaf },
    { weight: 2, arbitrary: fc.dictionary(keys, tie('node'), { maxKeys: 4 }) },
    { weight: 2, arbitrary: fc.array(tie('node'), { maxLength: 4 }) },
    { weight: 1, arbitrary: tie('node').map(withGetter) },
    { weight: 1, arbitrary: tie('node').map(withCycle) },
    { weight: 1, arbitrary: fc.tuple(tie('node'), tie('node')).map(([id, owner]) => new Account(id, owner)) },
    { weight: 1, arbitrary: tie('node').map(value => Object.freeze({ value })) },
    {
      weight: 1,
      arbitrary: tie('node').map(value => new Proxy(Object(value ?? {}) as object, { get: refuse })),
    },
    { weight: 1, arbitrary: tie('node').map(value => ({ toJSON: () => value })) },
    { weight: 1, arbitrary: fc.constant(0).map(() => ({ toJSON: refuse })) },
  ),
})).node;

/** Anything that may be thrown, mostly errors. */
export const thrownThings: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.dictionary(fc.constantFrom('code', 'status', 'a', 'response'), anything), anything)
      .map(([fields, cause]) => errorWith(fields, cause)),
  },
  {
    weight: 1,
    arbitrary: fc.array(anything, { maxLength: 3 }).map(errors => new AggregateError(errors, 'generated')),
  },
  { weight: 1, arbitrary: anything.map(value => Object.freeze(errorWith({ value }, undefined))) },
  { weight: 1, arbitrary: anything.map(value => new Proxy(errorWith({ value }, value), { get: refuse })) },
  { weight: 2, arbitrary: anything },
);
