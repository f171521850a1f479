/**
 * Runs before each file of a process that several share. Both majors of Inngest's SDK keep their async context under one global symbol,
 * each in a form that the other one can't use, so what the file before has left of it is taken away.
 */
Reflect.deleteProperty(globalThis, Symbol.for('inngest:als'));
