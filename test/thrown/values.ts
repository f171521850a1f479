/** What user code may throw. */
import { TripWire } from '@mastra/core/agent';
import { MastraNonRetryableError } from '@mastra/core/error';

/** A value that is thrown, made anew each time. */
export interface Thrown {
  name: string;
  make(): unknown;
  /** What an observer may rely on of `result.error`. */
  kept?: Record<string, unknown>;
  /** Core gives the same error, since all of it can be stored. */
  asCore?: true;
  status?: 'tripwire';
  /** Retries do not apply. */
  final?: true;
}

class Broken extends Error {
  override readonly name = 'Broken';
  readonly code = 'E_BROKEN';
  get detail(): string {
    throw new RangeError('not now');
  }
}

class WithJson extends Error {
  toJSON() {
    return { said: this.message, list: [1, 2] };
  }
}

class Connection {
  readonly self = this;
  readonly write = () => {};
}

/** The shape of an HTTP client's error: its response leads to its request, and that back to it. */
function circular(): Error {
  const request: Record<string, unknown> = { method: 'GET', socket: new Connection() };
  const response = { status: 500, request };
  request.res = response;
  return Object.assign(new Error('HTTP 500'), { code: 'E_HTTP', status: 500, response });
}

function withGetter(): Error {
  const error = Object.assign(new Error('has a getter'), { code: 'E_GETTER' });
  const get = () => {
    throw new Error('no');
  };
  return Object.defineProperty(error, 'trap', { get, enumerable: true });
}

function withToJson(toJSON: () => unknown, enumerable = false): Error {
  return Object.defineProperty(new Error('has a toJSON'), 'toJSON', { value: toJSON, enumerable });
}

function causes(length: number): Error {
  let error = new Error('innermost');
  for (let level = 1; level < length; level++) error = new Error(`level ${level}`, { cause: error });
  return error;
}

function causedByItself(): Error {
  const error = new Error('its own cause');
  error.cause = error;
  return error;
}

/** Shared objects, of which a tree would have 2^50 leaves. */
function shared(): unknown {
  let value: unknown = { leaf: true };
  for (let level = 0; level < 50; level++) value = { left: value, right: value };
  return value;
}

function endless(): unknown {
  return new Proxy(
    {},
    {
      get: () => endless(),
      ownKeys: () => ['more'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  );
}

function refusing(): Error {
  const refuse = () => {
    throw new TypeError('trap');
  };
  return new Proxy(new Error('hidden'), {
    get: refuse,
    has: refuse,
    ownKeys: refuse,
    getPrototypeOf: refuse,
  });
}

const LARGE = 10_000_000;

export const THROWN: Thrown[] = [
  { name: 'plain', make: () => new Error('plain'), kept: { message: 'plain', name: 'Error' }, asCore: true },
  {
    name: 'fields',
    make: () => Object.assign(new TypeError('fields'), { code: 'E', status: 503, deep: { a: [1, null] } }),
    kept: { message: 'fields', code: 'E', status: 503, deep: { a: [1, null] } },
    asCore: true,
  },
  { name: 'cause', make: () => new Error('outer', { cause: new RangeError('inner') }), asCore: true },
  { name: 'json', make: () => new WithJson('custom'), kept: { said: 'custom' }, asCore: true },
  {
    name: 'own-json',
    make: () => withToJson(() => ({ mine: 1 })),
    kept: { mine: 1 },
    asCore: true,
  },
  {
    name: 'own-json-shown',
    make: () => withToJson(() => ({ mine: 1 }), true),
    kept: { mine: 1 },
    asCore: true,
  },
  {
    name: 'json-throws',
    make: () =>
      withToJson(() => {
        throw new Error('no JSON');
      }),
    kept: { message: 'has a toJSON' },
  },
  {
    name: 'circular',
    make: circular,
    kept: {
      message: 'HTTP 500',
      code: 'E_HTTP',
      status: 500,
      response: {
        status: 500,
        request: {
          method: 'GET',
          socket: '[left out: of class Connection]',
          res: '[left out: a circular reference]',
        },
      },
    },
  },
  {
    name: 'circular-cause',
    make: () => new Error('CRM down', { cause: circular() }),
    kept: { message: 'CRM down', cause: { code: 'E_HTTP' } },
  },
  { name: 'own-cause', make: causedByItself, kept: { message: 'its own cause' } },
  { name: 'causes', make: () => causes(20), kept: { message: 'level 19' }, asCore: true },
  { name: 'deep-causes', make: () => causes(3000), kept: { message: 'level 2999' } },
  {
    name: 'large-field',
    make: () =>
      Object.assign(new Error('rate limited'), { statusCode: 429, body: { image: 'A'.repeat(LARGE), n: 1 } }),
    kept: {
      message: 'rate limited',
      statusCode: 429,
      body: { image: `[left out: a text of ${LARGE} characters]`, n: 1 },
    },
  },
  { name: 'large-message', make: () => new Error('m'.repeat(LARGE)), kept: { name: 'Error' } },
  {
    name: 'large-list',
    make: () => Object.assign(new Error('rows'), { code: 1, rows: new Array(2_000_000).fill({ a: 1 }) }),
    kept: { message: 'rows', code: 1 },
  },
  {
    name: 'large-bytes',
    make: () => Object.assign(new Error('bytes'), { bytes: Buffer.alloc(LARGE) }),
    kept: { bytes: `[left out: ${LARGE} bytes (Buffer)]` },
  },
  { name: 'frozen', make: () => Object.freeze(new Error('frozen')), kept: { message: 'frozen' } },
  {
    name: 'frozen-cause',
    make: () => new Error('outer', { cause: Object.freeze(new Error('ice')) }),
    kept: { message: 'outer' },
  },
  {
    name: 'getter',
    make: withGetter,
    kept: { message: 'has a getter', code: 'E_GETTER', trap: "[left out: a value that can't be read (no)]" },
  },
  {
    name: 'getter-of-class',
    make: () => new Broken('broken'),
    kept: { name: 'Broken', code: 'E_BROKEN' },
    asCore: true,
  },
  { name: 'proxy', make: refusing },
  {
    name: 'endless',
    make: () => Object.assign(new Error('endless'), { code: 2, more: endless() }),
    kept: { message: 'endless', code: 2 },
  },
  {
    name: 'shared',
    make: () => Object.assign(new Error('shared'), { code: 3, tree: shared() }),
    kept: { message: 'shared', code: 3 },
  },
  {
    name: 'unstorable',
    make: () =>
      Object.assign(new Error('odd'), {
        fn: () => 1,
        symbol: Symbol('s'),
        big: 12n,
        later: Promise.resolve(),
        kept: true,
      }),
    kept: {
      fn: '[left out: a function]',
      symbol: '[left out: a symbol]',
      big: '[left out: a bigint, 12]',
      later: '[left out: of class Promise]',
      kept: true,
    },
  },
  {
    name: 'aggregate',
    make: () => new AggregateError([new Error('a'), circular()], 'both'),
    kept: { message: 'both' },
  },
  {
    name: 'dom',
    make: () => new DOMException('aborted', 'AbortError'),
    kept: { message: 'aborted', name: 'AbortError' },
    asCore: true,
  },
  { name: 'text', make: () => 'just text', kept: { message: 'just text' }, asCore: true },
  { name: 'number', make: () => 42, asCore: true },
  { name: 'null', make: () => null, asCore: true },
  { name: 'undefined', make: () => undefined, asCore: true },
  { name: 'symbol', make: () => Symbol('s'), asCore: true },
  { name: 'bigint', make: () => 12n, asCore: true },
  { name: 'function', make: () => () => 1, asCore: true },
  { name: 'object', make: () => ({ reason: 'object', code: 7 }), kept: { code: 7 }, asCore: true },
  {
    name: 'object-like-error',
    make: () => ({ message: 'like an error', code: 7, fn: () => 1 }),
    kept: { message: 'like an error', code: 7 },
  },
  {
    name: 'object-circular',
    make: () => ({ ...circular(), message: 'circular object' }),
    kept: { message: 'circular object', status: 500 },
  },
  { name: 'object-without-text', make: () => Object.create(null) as unknown },
  {
    name: 'final',
    make: () => new MastraNonRetryableError('stop', { cause: circular() }),
    kept: { message: 'stop' },
    final: true,
  },
  { name: 'tripwire', make: () => new TripWire('no', { metadata: { a: 1 } }, 'mine'), status: 'tripwire' },
  {
    name: 'tripwire-function',
    make: () => new TripWire('no', { metadata: { check: () => 1, score: 2 } }),
    status: 'tripwire',
  },
  { name: 'tripwire-circular', make: () => new TripWire('no', { metadata: circular() }), status: 'tripwire' },
  {
    name: 'tripwire-large',
    make: () => new TripWire('no', { metadata: { image: 'A'.repeat(LARGE) } }),
    status: 'tripwire',
  },
];

/** A few of them, one for each kind of trouble, for every place. */
export const TROUBLE = ['fields', 'circular', 'large-field', 'frozen', 'getter', 'proxy', 'object-circular'];
