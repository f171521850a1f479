/** What an entry of the package exports, found in its sources without a type checker. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** An export: its name, and its declarations (several, where it has overloads). */
export interface Exported {
  name: string;
  declarations: Declaration[];
}

export type Declaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.VariableStatement;

/** The exports of a module, in the order in which it lists them. */
export function exportsOf(file: string): Exported[] {
  const source = parse(file);
  return source.statements.flatMap(statement => {
    if (ts.isExportDeclaration(statement)) return reExports(file, statement);
    const name = isDeclaration(statement) && isExported(statement) ? nameOf(statement) : undefined;
    return name === undefined ? [] : [{ name, declarations: declarationsOf(file, name) }];
  });
}

function reExports(file: string, { exportClause, moduleSpecifier }: ts.ExportDeclaration): Exported[] {
  if (!exportClause || !ts.isNamedExports(exportClause) || !moduleSpecifier) return [];
  const from = path.join(path.dirname(file), `${(moduleSpecifier as ts.StringLiteral).text}.ts`);
  return exportClause.elements.map(({ name, propertyName }) => ({
    name: name.text,
    declarations: declarationsOf(from, (propertyName ?? name).text),
  }));
}

function declarationsOf(file: string, name: string): Declaration[] {
  const found = parse(file)
    .statements.filter(isDeclaration)
    .filter(one => nameOf(one) === name);
  if (found.length === 0) throw new Error(`${file} declares no ${name}`);
  return found;
}

function isDeclaration(node: ts.Node): node is Declaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableStatement(node)
  );
}

function isExported(node: Declaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function nameOf(node: Declaration): string | undefined {
  return ts.isVariableStatement(node)
    ? node.declarationList.declarations[0]?.name.getText()
    : node.name?.text;
}

const parsed = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  const known =
    parsed.get(file) ?? ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  parsed.set(file, known);
  return known;
}
