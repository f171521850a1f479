import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { LocalServerError } from '../errors';

const prefix = /^signkey-\w+-/;

function same(a: string, b: string): boolean {
  const [given, expected] = [Buffer.from(a), Buffer.from(b)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function withoutPrefix(key: string): string {
  return key.replace(prefix, '');
}

export type ServerKind = 'dev' | 'cloud';

/** What a server with keys asks of apps and clients, and shows them. */
export class Keys {
  readonly #signing: string | undefined;
  readonly #hashed: string;
  readonly #events: readonly string[] | undefined;

  /** @throws LocalServerError `INVALID_OPTION` */
  constructor(given: { signingKey?: string | undefined; eventKeys?: readonly string[] | undefined }) {
    const { signingKey, eventKeys } = given;
    this.#signing = signingKey === undefined ? undefined : withoutPrefix(signingKey);
    this.#hashed = createHash('sha256')
      .update(Buffer.from(this.#signing ?? '', 'hex'))
      .digest('hex');
    this.#events = eventKeys;
    if (this.#signing !== undefined && !/^(?:[0-9a-f]{2})+$/i.test(this.#signing)) {
      throw new LocalServerError('INVALID_OPTION', 'signingKey is no hexadecimal text.', {
        remedy: 'Make one with `openssl rand -hex 32`; `signkey-prod-` may stand before it.',
      });
    }
    if (eventKeys?.some(key => !/^[\w.~-]+$/.test(key)) || eventKeys?.length === 0) {
      throw new LocalServerError('INVALID_OPTION', 'eventKeys has none, or one that no URL can hold.', {
        remedy: 'Use letters, digits and "-", "_", ".", "~".',
      });
    }
  }

  /** As which an app knows the server: with a signing key it is one like Inngest's own, for apps that are not in development. */
  get serverKind(): ServerKind {
    return this.#signing === undefined ? 'dev' : 'cloud';
  }

  /**
   * The header that shows an app who asks it. Its time is the wall's, because the app compares it with its own.
   * `body` must be canonical: the SDKs sign that form of what they read.
   */
  signature(body: string): Record<string, string> {
    if (this.#signing === undefined) return {};
    const seconds = Math.floor(Date.now() / 1000);
    const signed = createHmac('sha256', this.#signing).update(`${body}${seconds}`).digest('hex');
    return { 'x-inngest-signature': `t=${seconds}&s=${signed}` };
  }

  /** Whether this `authorization` is that of an app with the key: hashed, as the SDKs send it, or plain. */
  accepts(authorization: string | undefined): boolean {
    if (this.#signing === undefined) return true;
    const token = withoutPrefix(/^bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
    return same(token, this.#hashed) || same(token, this.#signing);
  }

  /** Whether events may come with this key. */
  acceptsEvents(key: string): boolean {
    return this.#events === undefined || this.#events.some(known => same(known, key));
  }
}
