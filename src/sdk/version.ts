import { MastraInngestError } from '../errors';
import type { ClientShape } from './client';

/** A version of the SDK. */
export interface SdkVersion {
  major: 3 | 4;
  /** e.g. `4.24.0` */
  text: string;
}

/**
 * The oldest minor of each major. Before 3.50 the client had no realtime of its own; before 4.21 parallel steps in race
 * mode could run twice (inngest/inngest issue 4897).
 */
const OLDEST = { 3: 50, 4: 21 } as const;

const SUPPORTED = '3.50 to 3.x or 4.21 to 4.x';

/** What a client says of its SDK, e.g. `4.24.0`; undefined where it says nothing. */
export function versionText(client: { headers?: Record<string, string> }): string | undefined {
  return /v(\d+\.\d+\.\d+\S*)/.exec(client.headers?.['x-inngest-sdk'] ?? '')?.[1];
}

/** The version of a client's SDK. @throws MastraInngestError `UNSUPPORTED_SDK_VERSION` */
export function supportedVersion(client: ClientShape): SdkVersion {
  const text = versionText(client);
  if (!text) {
    throw new MastraInngestError(
      'UNSUPPORTED_SDK_VERSION',
      `The Inngest client "${client.id}" does not tell its SDK version. This release of @mastra/inngest runs on ` +
        `inngest ${SUPPORTED}.`,
    );
  }
  const [major = 0, minor = 0] = text.split('.').map(Number);
  if ((major !== 3 && major !== 4) || minor < OLDEST[major]) {
    throw new MastraInngestError(
      'UNSUPPORTED_SDK_VERSION',
      `The Inngest client "${client.id}" was made by inngest ${text}; this release of @mastra/inngest runs on ` +
        `inngest ${SUPPORTED}. Install inngest@^4, or inngest@^3.50 to stay on v3.`,
    );
  }
  return { major, text };
}
