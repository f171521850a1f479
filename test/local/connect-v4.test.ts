import { Inngest } from 'inngest';
import { connect } from 'inngest/connect';
import { type Major, connectSuite } from './support/connect-suite';

const logger = { info() {}, warn() {}, error() {}, debug() {} };

connectSuite({
  client: options => new Inngest({ logger, ...options } as never),
  define: (client, id, event, handler) =>
    (client as Inngest).createFunction({ id, triggers: [{ event }] }, handler as never),
  connect: connect as unknown as Major['connect'],
});
