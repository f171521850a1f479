import { greet } from '../mastra';

export default defineEventHandler(() => greet('Ada'));
