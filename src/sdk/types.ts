/** Types of the SDK that appear in our own public types. */
export type { InngestFunction } from 'inngest';
