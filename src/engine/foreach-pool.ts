import type { StepReturn } from '../core-types';

/** Turns of the microtask queue in which core has taken an item's end in, and begun the next one if there is to be one. */
const TURNS = 8;

/** An item that has begun. */
interface Flight {
  /** It did not succeed, and core does not know yet. */
  held: boolean;
  /** Resolves when core has its end. */
  landed: Promise<void>;
}

/**
 * The items of a foreach that are in flight. Core begins no more of them after the first that does not succeed, and that is the
 * first in the list where all take equally long. Ops may end in any order, so such an end is kept from core until all that began
 * before have ended; and a success behind it, too, since it would have begun nothing any more.
 */
export class ForeachPool {
  private readonly flights = new Map<number, Flight>();

  /** Executes item `index`, and gives its end to core when it is its turn. */
  async run(index: number, execute: () => Promise<StepReturn>): Promise<StepReturn> {
    let land: () => void = () => {};
    const flight: Flight = { held: false, landed: new Promise(resolve => (land = resolve)) };
    this.flights.set(index, flight);
    try {
      const returned = await execute();
      flight.held = returned.result.status !== 'success';
      await this.turnOf(index, flight);
      return returned;
    } finally {
      void turns().then(() => {
        this.flights.delete(index);
        land();
      });
    }
  }

  private async turnOf(index: number, { held }: Flight): Promise<void> {
    const before = [...this.flights].filter(([other, flight]) => other < index && (held || flight.held));
    await Promise.all(before.map(([, { landed }]) => landed));
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
