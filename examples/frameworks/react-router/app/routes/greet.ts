import { greet } from '../mastra';

export const loader = async () => Response.json(await greet('Ada'));
