import { serve } from '@mastra/inngest';
import { inngest, mastra } from '../../../mastra';

export const { GET, POST, PUT } = serve({ mastra, inngest });
