import type { FunctionOption } from '../function/option-checks/checks';
import type { InngestFunction } from '../sdk/types';

/** What the `createFunction` of the app's own SDK takes. */
export type InngestCreateFunctionConfig = InngestFunction.Options;

/** Inngest's function options that a workflow takes (Inngest documentation, "Create function"). */
export type FlowControl = Pick<InngestCreateFunctionConfig, FunctionOption>;
