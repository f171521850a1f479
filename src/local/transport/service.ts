import type { Core } from '../executor/core';
import type { Hub } from '../realtime/hub';
import type { Tokens } from '../realtime/token';
import type { AppHealth } from './app-health';
import type { Keys } from './keys';

/** What the routes work on. */
export interface Service {
  core: Core;
  hub: Hub;
  tokens: Tokens;
  health: AppHealth;
  keys: Keys;
  /** ms between pings on realtime connections. */
  pingInterval: number;
}
