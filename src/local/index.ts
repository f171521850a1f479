export { startLocalServer } from './server';
export type { LocalServer } from './server';
export type { LocalServerOptions } from './options';
export type {
  ActivityError,
  AppBack,
  AppFailed,
  AppSynced,
  EventReceived,
  RunEnded,
  RunRetried,
  RunStarted,
  ServerActivity,
  StepEnded,
  StepRetried,
  StepWaiting,
} from './server-activity';
export { LocalServerError } from './errors';
export type { LocalServerErrorCode } from './errors';
export type { FaultAction, FaultRequest, FaultRule, Faults } from './transport/faults';
