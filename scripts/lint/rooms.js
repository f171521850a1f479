import path from 'node:path';

/**
 * Lint rule: what each room of src/ may import (docs/DESIGN.md, "Rooms").
 *
 * A plain `no-restricted-imports` sees only the text of an import, and `../state` means different rooms in
 * different folders. This rule resolves the path first and then compares rooms.
 *
 * Options: one object, a room's name to its limits; those of `*` hold for all rooms. A limit is a list of names:
 *  - `only`: the room imports nothing of src/ but itself and these.
 *  - `never`: the room doesn't import these. A name may be a room (`sdk`) or a module in one (`sdk/v4`).
 *  - `except`: allowed although `never` names its room.
 *  - `noPackages`: packages that the room doesn't import, by name or scope.
 *  - `typesOnlyPackages`: packages that the room imports as types only.
 */
export const roomsRule = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object' }],
    messages: {
      room: '`{{from}}` must not import `{{to}}`: the rooms of src/ depend on each other in one direction (docs/DESIGN.md).',
      package: '`{{from}}` must not import the package `{{to}}` (docs/DESIGN.md, "Rooms").',
      typesOnly: '`{{from}}` may import `{{to}}` as a type only (docs/DESIGN.md, "Rooms").',
    },
  },
  create(context) {
    const inside = modulePath(context.filename);
    const from = inside?.split('/')[0];
    const limits =
      from === undefined ? undefined : { ...context.options[0]['*'], ...context.options[0][from] };
    if (!limits) return {};

    const check = (node, source, isType) => {
      const problem = findProblem({ limits, from, inside, source, isType });
      if (problem) context.report({ node, messageId: problem.messageId, data: { from, to: problem.to } });
    };
    return {
      ImportDeclaration: node => check(node, node.source.value, isTypeImport(node)),
      ExportNamedDeclaration: node =>
        node.source && check(node, node.source.value, node.exportKind === 'type'),
      ExportAllDeclaration: node => check(node, node.source.value, node.exportKind === 'type'),
      TSImportType: node => check(node, node.source?.value ?? node.argument?.literal?.value ?? '', true),
      // Loaded on demand is what a package import of the SDK shall be, so only the rooms are looked at.
      ImportExpression: node => {
        const source = node.source.value;
        if (typeof source === 'string' && source.startsWith('.')) check(node, source, false);
      },
    };
  },
};

function findProblem({ limits, from, inside, source, isType }) {
  if (source.startsWith('.')) {
    const to = path.posix.join(path.posix.dirname(inside), source).replace(/\.[cm]?[jt]s$/, '');
    return roomAllowed(limits, from, to) ? undefined : { messageId: 'room', to };
  }
  if (matches(source, limits.noPackages)) return { messageId: 'package', to: source };
  if (!isType && matches(source, limits.typesOnlyPackages)) return { messageId: 'typesOnly', to: source };
  return undefined;
}

function roomAllowed(limits, from, to) {
  const isOneOf = names => names?.some(name => to === name || to.startsWith(`${name}/`)) ?? false;
  if (to.split('/')[0] === from || isOneOf(limits.except)) return true;
  if (limits.only) return isOneOf(limits.only);
  return !isOneOf(limits.never);
}

const matches = (source, names) =>
  names?.some(name => source === name || source.startsWith(`${name}/`)) ?? false;

const isTypeImport = node =>
  node.importKind === 'type' ||
  (node.specifiers.length > 0 && node.specifiers.every(specifier => specifier.importKind === 'type'));

/** `engine/step` for …/src/engine/step.ts; undefined outside src/. */
function modulePath(filename) {
  const [, inside] = filename
    .split(path.sep)
    .join('/')
    .split(/\/src\/(.*)$/);
  return inside?.replace(/\.[cm]?[jt]s$/, '');
}
