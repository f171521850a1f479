import type { Rule } from 'eslint';

export const roomsRule: Rule.RuleModule;
