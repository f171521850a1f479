import { createServe } from '@mastra/inngest';
import { serve } from 'inngest/nuxt';
import { inngest, mastra } from '../mastra';

export default defineEventHandler(createServe(serve)({ mastra, inngest }));
