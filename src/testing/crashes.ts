/** Where the app's process is to die. */

export type CrashMoment = 'before' | 'during' | 'after';

/** One op as the app is about to execute it, or has. */
export interface CrashPlace {
  workflowId: string;
  op: string;
  stepId?: string;
}

interface Crash {
  moment: CrashMoment;
  isAt: (place: CrashPlace) => boolean;
  left: number;
}

export class Crashes {
  private planned: Crash[] = [];

  add(moment: CrashMoment, isAt: Crash['isAt'], times = 1): () => void {
    const crash: Crash = { moment, isAt, left: times };
    this.planned.push(crash);
    return () => {
      this.planned = this.planned.filter(other => other !== crash);
    };
  }

  /** Whether the process dies now. */
  strikes(moment: CrashMoment, place: CrashPlace): boolean {
    const crash = this.planned.find(one => one.moment === moment && one.left > 0 && one.isAt(place));
    if (crash) crash.left -= 1;
    return crash !== undefined;
  }
}
