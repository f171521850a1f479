import { expect, test } from 'vitest';
import { Publisher } from '../../src/realtime/publisher';
import { until } from '../support/until';

const target = { channel: 'workflow:w:r', prefix: '' };

test('what may not wait goes out before what it would be gathered with', async () => {
  const sent: unknown[] = [];
  const port = { publish: async (_channel: string, _topic: string, data: unknown) => void sent.push(data) };
  const wire = { port, log: { warn: () => {} }, logOf: () => undefined } as never;
  const publisher = new Publisher(wire, 'r/op', { least: 600_000, most: 600_000 });
  publisher.publish({ type: 'data-a' }, [target]);
  publisher.publish({ type: 'data-b' }, [target]);
  publisher.sendNow();
  await until(() => sent.length === 1);
  expect(sent[0]).toMatchObject({ type: 'mastra-batch', events: [{ type: 'data-a' }, { type: 'data-b' }] });
  publisher.publish({ type: 'data-c' }, [target]);
  await publisher.flush();
  expect(sent[1]).toMatchObject({ type: 'data-c' });
});
