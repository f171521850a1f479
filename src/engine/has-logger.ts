import { noopLogger } from '@mastra/core/logger';
import type { RunScope } from './scope';

/** Core logs a step's failure with its stack, unless Mastra has no logger; it may have one of core's around none. */
export function hasLogger({ mastra }: RunScope): boolean {
  const logger = mastra.getLogger() as object & { baseLogger?: object };
  return (logger.baseLogger ?? logger) !== noopLogger;
}
