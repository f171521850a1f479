import { createServe } from '@mastra/inngest';
import express from 'express';
import { serve } from 'inngest/express';
import { greet, inngest, mastra } from './mastra.ts';

const app = express();
// Before express.json(), which refuses bodies of more than 100 kB.
app.use('/api/inngest', createServe(serve)({ mastra, inngest }));
app.use(express.json());
app.get('/greet', async (_request, response) => {
  response.json(await greet('Ada'));
});

app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
