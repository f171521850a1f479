import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ACCOUNT_ID, ENV_ID } from '../ids';
import type { Json, JsonObject } from '../json';
import { field, isObject, parseJson, text } from '../json';

/** One thing a subscriber may hear. */
export interface Topic {
  channel: string;
  name: string;
  kind: string;
}

const lifetimeSeconds = 60;

const encode = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function parseTopics(value: Json | undefined): Topic[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isObject).map(raw => ({
    channel: text(raw, 'channel') ?? '',
    name: text(raw, 'name') ?? text(raw, 'topic') ?? '',
    kind: text(raw, 'kind') ?? 'run',
  }));
}

/**
 * Makes and checks subscription tokens (JWT, HS256). They last a minute and are looked at on connecting. By hand, as the libraries
 * verify asynchronously: what a client sends next would overtake its command.
 */
export class Tokens {
  readonly #secret = randomBytes(32);

  issue(topics: Topic[], now: number): string {
    const seconds = Math.floor(now / 1000);
    const claims: JsonObject = {
      iss: 'rt.inngest.com',
      sub: ACCOUNT_ID,
      jti: randomBytes(8).toString('hex'),
      iat: seconds,
      exp: seconds + lifetimeSeconds,
      env: ENV_ID,
      topics: topics.map(topic => ({ ...topic, env_id: ENV_ID })),
      publish: false,
    };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${this.#sign(signed)}`;
  }

  /** The topics of a token that is genuine and not expired. */
  verify(token: string, now: number): Topic[] | undefined {
    const parts = token.split('.');
    const [header, payload, signature] = parts;
    if (parts.length !== 3 || !header || !payload || !signature) return undefined;
    const expected = Buffer.from(this.#sign(`${header}.${payload}`));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
    const claims = parseJson(Buffer.from(payload, 'base64url').toString('utf8'));
    const expires = field(claims, 'exp');
    if (typeof expires !== 'number' || expires * 1000 <= now) return undefined;
    return parseTopics(field(claims, 'topics'));
  }

  #sign(content: string): string {
    return createHmac('sha256', this.#secret).update(content).digest('base64url');
  }
}
