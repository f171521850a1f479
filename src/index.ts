/** `@mastra/inngest`: Mastra workflows on Inngest. See README.md for the guide, docs/DESIGN.md for how it is built. */
export { init, type InngestWorkflowConfig } from './init';
export { createStep } from './workflow/create-step';
export { serve } from './serve/serve';
export { connect, type MastraConnectOptions } from './serve/connect';
export { createServe, type InngestServeAdapter, type MastraServeOptions } from './serve/create-serve';
export { collectFunctions } from './serve/collect';
export { cloneStep, cloneWorkflow } from './workflow/clone';
export { inputKey } from './workflow/input-key';
export {
  nativeStep,
  waitForEvent,
  type EventData,
  type WaitContext,
  type WaitForEventOptions,
} from './workflow/native-step';
export { InngestWorkflow } from './workflow/workflow';
export { createInngestAgent, isInngestAgent } from './agent/create-agent';
export {
  InngestAgent,
  type CreateInngestAgentOptions,
  type InngestAgentStreamOptions,
  type InngestAgentStreamResult,
} from './agent/inngest-agent';
export {
  createInngestDurableAgenticWorkflow,
  type InngestDurableAgenticWorkflowOptions,
} from './agent/agentic-workflow';
export { InngestRun } from './run/typed-run';
export { InngestPubSub } from './agent/inngest-pubsub';
export { InngestExecutionEngine } from './engine/engine';
export { MastraInngestError, type ErrorCode, type ErrorPlace } from './errors';
export type { InngestClient } from './sdk/client';
export type { InngestEngineType } from './sdk/types';
export type {
  CronTrigger,
  EventTrigger,
  InngestFlowCronConfig,
  TriggerEvent,
  WorkflowTrigger,
} from './function/start-options';
export type {
  FlowControl as InngestFlowControlConfig,
  InngestCreateFunctionConfig,
} from './workflow/flow-control';
