/** Steps that ask before they go on, and the resumes that answer them. */
import type { Case, LegCase } from '../kit';

type Kit = Parameters<Case['build']>[0];

/** A resume of the step that is suspended, or of the named one. */
export const resume = (resumeData: unknown, args: object = {}, more: Partial<LegCase> = {}): LegCase => ({
  call: 'resume',
  args: { resumeData, ...args },
  ...more,
});

/** A step that asks, and shows all that a resumed step gets. */
export function asks(kit: Kit, id: string, label?: string, more: object = {}) {
  return kit.step(
    id,
    async ({ suspend, resumeData, suspendData, inputData, state }) => {
      const options = label === undefined ? undefined : { resumeLabel: label };
      if (!resumeData)
        return (await suspend({ ask: id, about: inputData as unknown } as never, options)) as unknown;
      return {
        value: Number(inputData?.value ?? 0) + Number((resumeData as { add?: number }).add ?? 0),
        resumeData,
        suspendData,
        state,
      };
    },
    more,
  );
}

/** A step that asks for as long as it is not told `done`. */
export function asksAgain(kit: Kit, id: string) {
  return kit.step(id, async ({ suspend, resumeData, suspendData, inputData }) => {
    const told = resumeData as { done?: boolean; times?: number } | undefined;
    if (!told?.done)
      return (await suspend({ times: told?.times ?? 0, before: suspendData as unknown } as never)) as unknown;
    return { value: inputData.value, suspendData };
  });
}

/** An item of a foreach that asks. */
export const item = (kit: Kit, labelled = false) =>
  kit.step('each', async ({ suspend, resumeData, suspendData, inputData }) => {
    const options = labelled ? { resumeLabel: `item-${inputData}` } : undefined;
    if (!resumeData) return (await suspend({ about: inputData as unknown } as never, options)) as unknown;
    return { inputData, resumeData, suspendData } as unknown;
  });
