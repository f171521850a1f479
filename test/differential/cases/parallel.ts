import type { Case } from '../kit';
import { broken, child, define, echo, plus } from './parts';

const later = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

export const parallel: Case[] = [
  define('parallel-three', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a', 1), plus(kit, 'b', 2), plus(kit, 'c', 3)])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('parallel-one', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a')])
      .commit(),
  ),
  define('parallel-ten', kit =>
    kit
      .workflow()
      .parallel(Array.from({ length: 10 }, (_, index) => plus(kit, `p${index}`, index)))
      .commit(),
  ),
  define('parallel-different-times', kit =>
    kit
      .workflow()
      .parallel(
        [40, 5, 20].map(time =>
          kit.step(`after-${time}`, async () => {
            await later(time);
            return { time };
          }),
        ),
      )
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('parallel-one-fails', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a'), broken(kit, 'b'), plus(kit, 'c')])
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('parallel-two-fail', kit =>
    kit
      .workflow()
      .parallel([
        plus(kit, 'a'),
        broken(kit, 'b', 'the first by place'),
        broken(kit, 'c', 'the second by place'),
      ])
      .commit(),
  ),
  define('parallel-late-success-after-failure', kit =>
    kit
      .workflow()
      .parallel([
        broken(kit, 'fast'),
        kit.step('slow', async () => {
          await later(30);
          return 'done';
        }),
      ])
      .commit(),
  ),
  define('parallel-twice', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a'), plus(kit, 'b')])
      .parallel([echo(kit, 'c'), echo(kit, 'd')])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('parallel-same-step-twice', kit => {
    const same = plus(kit, 'same');
    return kit.workflow().parallel([same, same]).then(echo(kit, 'end')).commit();
  }),
  define('parallel-gives-nothing', kit =>
    kit
      .workflow()
      .parallel([kit.step('a', () => undefined), kit.step('b', () => null)])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('parallel-nested', kit =>
    kit
      .workflow()
      .parallel([
        child(kit, 'left', [plus(kit, 'l1'), plus(kit, 'l2')]),
        child(kit, 'right', [plus(kit, 'r1', 10)]),
        plus(kit, 'plain', 100),
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('parallel-nested-one-fails', kit =>
    kit
      .workflow()
      .parallel([
        child(kit, 'left', [plus(kit, 'l1'), broken(kit, 'l2')]),
        child(kit, 'right', [plus(kit, 'r1', 10)]),
      ])
      .commit(),
  ),
  define('parallel-described', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a')], { id: 'both', description: 'all of it', metadata: { a: 1 } })
      .commit(),
  ),
  define('parallel-retries', kit =>
    kit
      .workflow({ retryConfig: { attempts: 1 } })
      .parallel(
        ['a', 'b'].map(id =>
          kit.step(id, ({ retryCount }) => {
            if (retryCount === 0) throw new Error('once');
            return { retryCount };
          }),
        ),
      )
      .commit(),
  ),
  define('parallel-one-bails', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a'), kit.step('b', ({ bail }) => bail({ enough: true } as never))])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('parallel-one-aborts', kit =>
    kit
      .workflow()
      .parallel([
        kit.step('a', ({ abort }) => {
          abort();
          return 'aborted';
        }),
        plus(kit, 'b'),
      ])
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('parallel-writes', kit =>
    kit
      .workflow()
      .parallel(
        ['a', 'b'].map(id =>
          kit.step(id, async ({ writer }) => {
            await writer.write({ from: id });
            await writer.write({ from: id, again: true });
            return id;
          }),
        ),
      )
      .commit(),
  ),
  define('parallel-in-nested', kit => {
    const inner = kit
      .child('inner')
      .parallel([plus(kit, 'a'), plus(kit, 'b')])
      .commit();
    return kit.workflow().then(inner).then(echo(kit, 'end')).commit();
  }),
];
