// Behind express.json() it works as well, with a limit that is large enough for what your steps return.
import { createServe } from '@mastra/inngest';
import express from 'express';
import { serve } from 'inngest/express';
import { greet, inngest, mastra } from './mastra.ts';

const app = express();
app.use(express.json({ limit: '10mb' }));
app.use('/api/inngest', createServe(serve)({ mastra, inngest }));
app.get('/greet', async (_request, response) => {
  response.json(await greet('Ada'));
});

app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
