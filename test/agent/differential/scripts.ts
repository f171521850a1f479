import type { Script } from '../support/play';

const add = (n: number, id = `add-${n}`) => ({ name: 'add', args: { n }, id });
const tool = (name: string, n: number) => ({ name, args: { n }, id: `${name}-${n}` });
const said = (...text: string[]) => ({ text });

/** What durable agents do, one by one. */
export const SCRIPTS: Script[] = [
  { name: 'text', turns: [said('Hel', 'lo')] },
  { name: 'no text', turns: [{}] },
  { name: 'a tool', turns: [{ tools: [add(1)] }, said('2')] },
  { name: 'text and a tool', turns: [{ text: ['Let me see.'], tools: [add(1)] }, said('2')] },
  { name: 'three turns', turns: [{ tools: [add(1)] }, { tools: [add(2)] }, said('3')] },
  { name: 'tools at once', turns: [{ tools: [add(1), add(2), add(3)] }, said('all')] },
  { name: 'a tool that fails', turns: [{ tools: [tool('fail', 1)] }, said('sorry')] },
  { name: 'one of three fails', turns: [{ tools: [add(1), tool('fail', 2), add(3)] }, said('two')] },
  { name: 'no such tool', turns: [{ tools: [tool('nothing', 1)] }, said('none')] },
  { name: 'wrong arguments', turns: [{ tools: [{ name: 'add', args: { n: 'x' }, id: 'bad' }] }, said('oh')] },
  { name: 'an approval', turns: [{ tools: [tool('guarded', 1)] }, said('done')] },
  {
    name: 'a refusal',
    turns: [{ tools: [tool('guarded', 1)] }, said('not done')],
    answers: [{ approved: false, reason: 'too dear' }],
  },
  { name: 'a question', turns: [{ tools: [tool('ask', 1)] }, said('I see')] },
  { name: 'two approvals', turns: [{ tools: [tool('guarded', 1), tool('guarded', 2)] }, said('both')] },
  {
    name: 'two approvals, the last first',
    turns: [{ tools: [tool('guarded', 1), tool('guarded', 2)] }, said('both')],
    lastFirst: true,
  },
  { name: 'an approval and a tool', turns: [{ tools: [add(1), tool('guarded', 2)] }, said('both')] },
  { name: 'an approval, then a question', turns: [{ tools: [tool('guarded', 1)] }, { tools: [tool('ask', 2)] }, said('.')] },
  { name: 'all need approval', turns: [{ tools: [add(1)] }, said('2')], options: () => ({ requireToolApproval: true }) },
  { name: 'too many turns', turns: [{ tools: [add(1)] }, { tools: [add(2)] }, { tools: [add(3)] }], options: () => ({ maxSteps: 2 }) },
  { name: 'turns without end', turns: Array.from({ length: 7 }, (_, n) => ({ tools: [add(n)] })) },
  {
    name: 'stopWhen',
    turns: [{ tools: [add(1)] }, { tools: [add(2)] }, said('3')],
    options: () => ({ stopWhen: ({ steps }: { steps: unknown[] }) => steps.length === 2 }),
  },
  {
    name: 'onIterationComplete says what to do better',
    turns: [said('one'), said('two')],
    options: () => ({
      onIterationComplete: ({ iteration }: { iteration: number }) =>
        iteration === 1 ? { continue: true, feedback: 'Say more.' } : undefined,
    }),
  },
  {
    name: 'onIterationComplete ends it',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({ onIterationComplete: () => ({ continue: false }) }),
  },
  {
    name: 'prepareStep takes tools away',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({ prepareStep: ({ stepNumber }: { stepNumber: number }) => (stepNumber > 0 ? { activeTools: [] } : {}) }),
  },
  { name: 'a model that fails', turns: [{ fails: { error: new TypeError('no power') } }] },
  { name: 'a model that fails late', turns: [{ text: ['Half a '], fails: { error: new TypeError('cut'), late: true } }] },
  { name: 'a model that fails in the second turn', turns: [{ tools: [add(1)] }, { fails: { error: new TypeError('no power') } }] },
  { name: 'instructions of a call', turns: [said('ok')], options: () => ({ instructions: 'Be kind.' }) },
  { name: 'settings of a call', turns: [said('ok')], options: () => ({ modelSettings: { temperature: 0.5 }, toolChoice: 'none' }) },
  { name: 'a tool of the call', turns: [{ tools: [add(1)] }, said('2')], options: () => ({ activeTools: ['add'] }) },
  { name: 'scorer data', turns: [said('ok')], options: () => ({ returnScorerData: true }) },
];
