/** In workerd, whose variables reach `serve` with the request only: `process.env` is left empty. */
import { describeApp } from '../app';

const flags = ['nodejs_compat', 'nodejs_compat_do_not_populate_process_env'];

describeApp('workers', ['npm', 'run', 'build'], {
  command: [
    ...['wrangler', 'dev', '--ip', '127.0.0.1', '--port', 'PORT', '--inspector-port', '0'],
    ...['--compatibility-flags', ...flags, '--var', 'INNGEST_DEV:INNGEST'],
  ],
  env: { WRANGLER_SEND_METRICS: 'false' },
});
