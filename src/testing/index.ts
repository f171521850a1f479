export { testApp } from './app';
export type { CrashOptions, TestApp, TestEvent } from './app';
export type { TestAppOptions } from './options';
export type { FunctionRun, TestRun } from './run';
export type { Operation } from './operation';
export type { CrashReport, CrashSite } from './crash-report';
export type { WorkflowFingerprint } from './fingerprint';
export { matchers } from './matchers';
export type { ToHaveRunOptions } from './matchers';
export type {
  LooseMock,
  MockOf,
  ResultOf,
  ResumeArgumentsOf,
  StartArgumentsOf,
  TestedWorkflow,
} from './types';
export type { StepTarget } from './workflows';
