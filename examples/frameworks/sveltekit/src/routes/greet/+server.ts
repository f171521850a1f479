import { greet } from '../../mastra';

export const GET = async () => Response.json(await greet('Ada'));
