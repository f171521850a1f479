import { greet } from '../../mastra';

export const dynamic = 'force-dynamic';
export const GET = async () => Response.json(await greet('Ada'));
