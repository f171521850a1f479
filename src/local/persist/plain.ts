import type { Json } from '../json';

/** Of a value of the server's own, what JSON keeps: all of it, as none has more. */
export const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
