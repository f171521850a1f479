import { MastraFGAPermissions, getWorkflowFGAResourceId, requireFGA } from '@mastra/core/auth/ee';
import type { AnyMastra, Context, ExecuteParams } from '../core-types';

interface Resumable {
  workflowId: string;
  runId: string;
  resourceId?: string;
  isInternalWorkflow: boolean;
  mastra: unknown;
}

/**
 * Core's check of who may resume, where the app has fine-grained authorization (source: @mastra/core, `Run.resume`).
 * @throws FGADeniedError
 */
export async function requireAllowed(
  run: Resumable,
  { requestContext, actor }: { requestContext?: Context; actor?: ExecuteParams['actor'] },
): Promise<void> {
  const mastra = run.mastra as AnyMastra | undefined;
  const fgaProvider = mastra?.getServer()?.fga as Parameters<typeof requireFGA>[0]['fgaProvider'] | undefined;
  if (!fgaProvider || run.isInternalWorkflow) return;
  const { workflowId, runId, resourceId } = run;
  const user: unknown = requestContext?.get('user');
  await requireFGA({
    fgaProvider,
    user,
    resource: { type: 'workflow', id: getWorkflowFGAResourceId(workflowId) },
    permission: MastraFGAPermissions.WORKFLOWS_EXECUTE,
    requestContext,
    actor,
    context: { resourceId },
    metadata: { workflowId, runId, resourceId },
  });
}
