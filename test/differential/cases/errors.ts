import { TripWire } from '@mastra/core/agent';
import { MastraError, MastraNonRetryableError } from '@mastra/core/error';
import type { Case, Kit } from '../kit';
import { chain, child, define, echo } from './parts';

class PaymentError extends Error {
  override readonly name = 'PaymentError';
  constructor(
    message: string,
    readonly statusCode: number,
    readonly details: object,
  ) {
    super(message);
  }
}

class Unnamed extends Error {}

class WithJson extends Error {
  toJSON() {
    return { custom: true, message: this.message };
  }
}

/** A case for one thing that a step throws. */
function thrown(name: string, make: () => unknown, options: object = {}): Case {
  return define(name, kit => chain(kit, [throwing(kit, 'one', make), echo(kit, 'never')], options));
}

function throwing(kit: Kit, id: string, make: () => unknown) {
  return kit.step(id, () => {
    throw make();
  });
}

const payment = () => new PaymentError('card declined', 402, { card: 'x', tries: [1, 2] });

export const errors: Case[] = [
  thrown('error-plain', () => new Error('plain')),
  thrown('error-without-message', () => new Error()),
  thrown('error-type', () => new TypeError('type')),
  thrown('error-class-with-fields', payment),
  thrown('error-class-without-name', () => new Unnamed('unnamed')),
  thrown('error-own-fields', () =>
    Object.assign(new Error('fields'), { code: 'E_CODE', statusCode: 503, deep: { a: [1] } }),
  ),
  thrown('error-own-name', () => Object.assign(new Error('renamed'), { name: 'CustomName' })),
  thrown('error-with-to-json', () => new WithJson('json')),
  thrown('error-cause', () => new Error('outer', { cause: new RangeError('inner') })),
  thrown(
    'error-cause-chain',
    () =>
      new Error('1', { cause: new Error('2', { cause: Object.assign(new Error('3'), { code: 'DEEP' }) }) }),
  ),
  thrown('error-cause-object', () => new Error('outer', { cause: { reason: 'because', n: 1 } })),
  thrown('error-cause-text', () => new Error('outer', { cause: 'because' })),
  thrown('error-aggregate', () => new AggregateError([new Error('a'), new TypeError('b')], 'both')),
  thrown('error-dom', () => new DOMException('aborted', 'AbortError')),
  thrown('error-date-field', () => Object.assign(new Error('dated'), { at: new Date(0) })),
  thrown('error-unstorable-field', () => Object.assign(new Error('odd'), { fn: () => 1, kept: true })),
  thrown('thrown-text', () => 'just text'),
  thrown('thrown-number', () => 42),
  thrown('thrown-object', () => ({ reason: 'object', code: 7 })),
  thrown('thrown-object-with-message', () => ({ message: 'like an error', code: 7 })),
  thrown('thrown-null', () => null),
  thrown('thrown-undefined', () => undefined),
  thrown('error-non-retryable', () => new MastraNonRetryableError('stop', { cause: new Error('why') }), {
    retryConfig: { attempts: 3 },
  }),
  thrown(
    'error-mastra',
    () =>
      new MastraError({
        id: 'MY_ERROR',
        domain: 'AGENT' as never,
        category: 'USER' as never,
        text: 'mine',
        details: { a: 1 },
      }),
  ),
  thrown('tripwire-plain', () => new TripWire('stop there')),
  thrown(
    'tripwire-options',
    () => new TripWire('stop there', { retry: true, metadata: { a: 1 } }, 'my-processor'),
  ),
  define('tripwire-in-parallel', kit =>
    kit
      .workflow()
      .parallel([throwing(kit, 'trips', () => new TripWire('stop')), echo(kit, 'fine')])
      .commit(),
  ),
  define('tripwire-in-nested', kit =>
    chain(kit, [
      child(kit, 'inner', [throwing(kit, 'trips', () => new TripWire('stop', { metadata: { a: 1 } }))]),
    ]),
  ),
  define('tripwire-in-branch', kit =>
    kit
      .workflow()
      .branch([[async () => true, throwing(kit, 'trips', () => new TripWire('stop'))]])
      .commit(),
  ),
  define('tripwire-callbacks', kit =>
    chain(kit, [throwing(kit, 'trips', () => new TripWire('stop'))], {
      options: {
        onFinish: kit.fn('onFinish', async () => {}),
        onError: kit.fn('onError', async () => {}),
      },
    }),
  ),
  define('error-class-in-nested', kit => chain(kit, [child(kit, 'inner', [throwing(kit, 'one', payment)])])),
  define('error-class-in-parallel', kit =>
    kit
      .workflow()
      .parallel([throwing(kit, 'one', payment), echo(kit, 'two')])
      .commit(),
  ),
  define(
    'error-class-in-foreach',
    kit =>
      kit
        .workflow()
        .foreach(throwing(kit, 'one', payment))
        .commit(),
    {
      input: [1, 2],
    },
  ),
  define('error-non-retryable-in-nested', kit =>
    chain(kit, [child(kit, 'inner', [throwing(kit, 'one', () => new MastraNonRetryableError('stop'))])], {
      retryConfig: { attempts: 2 },
    }),
  ),
  define('error-in-nested-with-retries', kit =>
    chain(kit, [child(kit, 'inner', [throwing(kit, 'one', () => new Error('again'))])], {
      retryConfig: { attempts: 2 },
    }),
  ),
];
