import { serve } from '@mastra/inngest';
import { inngest, mastra } from '../../mastra';

export const prerender = false;
export const { GET, POST, PUT } = serve({ mastra, inngest });
