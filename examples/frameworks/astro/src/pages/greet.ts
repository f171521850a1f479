import { greet } from '../mastra';

export const prerender = false;
export const GET = async () => Response.json(await greet('Ada'));
