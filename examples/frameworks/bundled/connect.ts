import { connect } from '@mastra/inngest/connect';
import { inngest, mastra } from './app.ts';

await connect({ mastra, inngest });
