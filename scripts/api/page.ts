/** The API reference: what each entry exports, with what its TSDoc says. */
import ts from 'typescript';
import { type Declaration, type Exported, exportsOf } from './exports.js';

const ENTRIES = {
  '@mastra/inngest': 'src/index.ts',
  '@mastra/inngest/realtime': 'src/realtime/index.ts',
  '@mastra/inngest/local': 'src/local/index.ts',
  '@mastra/inngest/testing': 'src/testing/index.ts',
  '@mastra/inngest/testing/vitest': 'src/testing/vitest.ts',
};

/** Exported for `instanceof` alone: its members say how it works, not how to use it. */
const INTERNAL = ['InngestExecutionEngine'];

const HEAD = `# API

<!-- Made of the TSDoc in src/ by \`npm run api\`. -->

Everything that the package exports. \`connect\` is exported by \`@mastra/inngest/connect\`, too. Errors: [errors](errors.md).
`;

/** The page as Markdown, not yet formatted. */
export function apiPage(): string {
  const sections = Object.entries(ENTRIES).map(([entry, file]) => {
    const all = exportsOf(file).toSorted((one, other) => rank(one) - rank(other));
    return [`## \`${entry}\``, ...all.map(section)].join('\n\n');
  });
  return [HEAD, ...sections].join('\n\n');
}

/** Functions first, then classes, then types. */
function rank({ declarations: [first] }: Exported): number {
  if (!first || ts.isFunctionDeclaration(first) || ts.isVariableStatement(first)) return 0;
  return ts.isClassDeclaration(first) ? 1 : 2;
}

function section({ name, declarations }: Exported): string {
  const [first] = declarations;
  if (!first) return '';
  // Of a function with overloads, the last declaration is the implementation, which nobody sees.
  const shown = declarations.length > 1 ? declarations.slice(0, -1) : declarations;
  const inner = ts.isFunctionDeclaration(first) ? (first.body?.statements.filter(isDocumented) ?? []) : [];
  return [
    `### \`${name}\``,
    code(shown.map(one => signature(name, one)).join('\n\n')),
    documentation(first),
    ...(ts.isClassDeclaration(first) && !INTERNAL.includes(name) ? [members(first)] : []),
    ...inner.map(one => [`#### \`${one.name?.text ?? ''}\``, documentation(one)].join('\n\n')),
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

function isDocumented(node: ts.Node): node is ts.FunctionDeclaration {
  return ts.isFunctionDeclaration(node) && ts.getJSDocCommentsAndTags(node).length > 0;
}

/** The fence is not `ts`, whose code is compiled by itself. */
function code(text: string): string {
  return text === '' ? '' : `\`\`\`typescript\n${text}\n\`\`\``;
}

function signature(name: string, node: Declaration): string {
  if (ts.isClassDeclaration(node) || ts.isVariableStatement(node)) return '';
  if (!ts.isFunctionDeclaration(node)) {
    const [own = '', ...lines] = withoutLinks(node.getText().replace('export ', '')).split('\n');
    // An export may have another name than its declaration, and remarks for maintainers are nobody else's.
    const first = own.replace(node.name.text, name);
    return [first, ...lines.filter(line => !/^\s*\/\//.test(line))].join('\n');
  }
  const types = node.typeParameters?.map(one => one.getText()).join(', ');
  const parameters = node.parameters.map(one =>
    ts.isObjectBindingPattern(one.name) ? `options: ${one.type?.getText()}` : one.getText(),
  );
  const returned = node.type ? `: ${node.type.getText()}` : '';
  return `function ${name}${types ? `<${types}>` : ''}(${parameters.join(', ')})${returned};`;
}

/** Public members that have documentation of their own; the others are core's. */
function members(node: ts.ClassDeclaration): string {
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  const isPublic = (member: ts.ClassElement) =>
    !(ts.canHaveModifiers(member) && member.modifiers?.some(({ kind }) => hidden.includes(kind)));
  return node.members
    .filter(member => isPublic(member) && ts.getJSDocCommentsAndTags(member).length > 0)
    .map(member => {
      const name = ts.isConstructorDeclaration(member) ? 'constructor' : (member.name?.getText() ?? '');
      return `- \`${name}\`: ${parts(member)
        .filter(part => part !== '')
        .join(' — ')
        .replaceAll('\n', ' ')}`;
    })
    .join('\n');
}

/** A comment, its tags and its examples, as Markdown. */
function documentation(node: ts.Node): string {
  const [text = '', ...items] = parts(node);
  const examples = tagsOf(node)
    .filter(({ tagName }) => tagName.text === 'example')
    .map(({ comment }) => `\`\`\`ts\n${textOf(comment)}\n\`\`\``);
  const list = items.map(item => `- ${item}`).join('\n');
  return [text, list, ...examples].filter(part => part !== '').join('\n\n');
}

/** The text of a comment, and one of each of its tags but the examples. */
function parts(node: ts.Node): string[] {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  const items = tagsOf(node).filter(({ tagName }) => tagName.text !== 'example');
  return [textOf(comment), ...items.map(itemOf)];
}

function tagsOf(node: ts.Node): readonly ts.JSDocTag[] {
  return ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.tags ?? [];
}

function itemOf(tag: ts.JSDocTag): string {
  const text = textOf(tag.comment).replaceAll('\n', ' ');
  if (ts.isJSDocParameterTag(tag)) return `\`${tag.name.getText()}\`: ${text}`;
  if (tag.tagName.text === 'typeParam') return text.replace(/^\w+/, '`$&`:');
  return `**${tag.tagName.text}** ${text}`;
}

function textOf(comment: ts.JSDoc['comment']): string {
  return withoutLinks(ts.getTextOfJSDocComment(comment) ?? '').trim();
}

const withoutLinks = (text: string) => text.replaceAll(/\{@link (\S+?)\s*\}/g, '`$1`');
