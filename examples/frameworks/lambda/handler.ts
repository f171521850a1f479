import { createServe } from '@mastra/inngest';
import { serve } from 'inngest/lambda';
import { greet, inngest, mastra } from './mastra.ts';

export const handler = createServe(serve)({ mastra, inngest });

export const greetHandler = async () => ({ statusCode: 200, body: JSON.stringify(await greet('Ada')) });
