import { serve } from '@mastra/inngest';
import { inngest, mastra } from '../mastra';

const handle = serve({ mastra, inngest });
// A loader answers GET, an action POST and PUT.
export const loader = handle;
export const action = handle;
