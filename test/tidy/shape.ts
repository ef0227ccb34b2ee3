import { basename } from 'node:path'
import * as ts from 'typescript'
import type { Exported, House } from './house'
import { docOf, exportsOf, place, walk } from './house'
import type { Rule } from './rooms'

const entryPoints = new Set(['lib/index.ts', 'pipelines/index.ts', 'properties/index.ts', 'properties/main.ts'])

const products = (house: House): readonly (readonly [string, ts.SourceFile])[] =>
  [...house.files].filter(([path]) => !path.startsWith('test/') && !entryPoints.has(path))

const nameOf = (path: string): string => basename(path, '.ts')

/** The `export ... from` statements of a file. */
export const reexportedFrom = (file: ts.SourceFile): readonly ts.ExportDeclaration[] =>
  file.statements.filter(
    (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined
  ) as ts.ExportDeclaration[]

/** No enums, no default exports, no decorators, no namespaces of TypeScript's own. */
export const wordsOfTheLanguageAreFew: Rule = ({ files }) =>
  [...files].flatMap(([path, file]) => {
    const found: string[] = []
    const add = (node: ts.Node, what: string): unknown => found.push(`${place(path, node)}: ${what}`)
    walk(file, (node) => {
      if (ts.isEnumDeclaration(node)) add(node, `enum ${node.name.text}: a union of words`)
      if (ts.isDecorator(node)) add(node, 'decorator')
      if (ts.isModuleDeclaration(node) && !path.startsWith('test/')) add(node, 'namespace: a file')
      // A tool's configuration beside the tests is no export of ours.
      if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword) if (!isSwitchDefault(node)) add(node, 'default export')
    })
    return found
  })

const isSwitchDefault = (node: ts.Node): boolean => ts.isDefaultClause(node.parent)

/** A file that nobody can call, or that nobody calls, not even a test, is removed. The index does not count: it lists everything. */
export const filesAreUsed: Rule = (house) =>
  products(house).flatMap(([path, file]) => {
    const names = [...exportsOf(file).map(({ name }) => name), ...reexportedFrom(file).map(() => '*')]
    if (names.length === 0) return [`${path}:1: exports nothing`]
    const isUsed = house.imports.some(
      (found) =>
        found.target === path && !entryPoints.has(found.from) && found.from !== path && (found.names === 'all' || found.names.length > 0)
    )
    return isUsed || (names.length > 0 && isCalledByMain(house, path)) ? [] : [`${path}:1: no export is used in another file`]
  })

const isCalledByMain = (house: House, path: string): boolean =>
  house.imports.some((found) => found.target === path && found.from === 'properties/main.ts')

/** Every export has a doc comment that says something. */
export const exportsAreDocumented: Rule = (house) =>
  products(house).flatMap(([path, file]) => {
    const exported = exportsOf(file)
    const documented = new Set(exported.filter(({ declaration }) => /\w/.test(said(declaration))).map(({ name }) => name))
    const missing = new Map(exported.filter(({ name }) => !documented.has(name)).map((one) => [one.name, one]))
    return [...missing.values()].map(({ name, declaration }) => `${place(path, declaration)}: ${name} has no doc comment`)
  })

const said = (declaration: ts.Node): string => docOf(declaration).replace(/@internal/g, '')

/**
 * A file is named after what it exports: a word of its name is a word of one of its exports, in the singular or plural (`stopRules.ts` has
 * `StopRule`, `publishedBubbling.ts` has `bubblingOsr2009`); or it begins with the name of a file of its room, of which it is a part
 * (`pageSetRuns.ts`); or the index shows it as a namespace of its own name.
 */
export const filesAreNamedAfterExports: Rule = (house) => {
  const namespaces = new Set([...house.files].flatMap(([path, file]) => (path === 'lib/index.ts' ? namespacesIn(file) : [])))
  const paths = new Set(house.files.keys())
  return products(house).flatMap(([path, file]) => {
    const name = nameOf(path)
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) return [`${path}:1: the name of the file is not in camelCase`]
    const exported = [...exportsOf(file).map((one) => one.name), ...reexportedFrom(file).flatMap(namesReexported)]
    if (exported.some((one) => isNamedAfter(name, one)) || namespaces.has(name)) return []
    const isPart = [...paths].some((other) => other !== path && isPartOf(path, other))
    return isPart ? [] : [`${path}:1: the file is named after none of its exports (${exported.join(', ')})`]
  })
}

const wordsIn = (name: string): readonly string[] =>
  (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase().replace(/(ies|y|s)$/, ''))

const isNamedAfter = (file: string, exported: string): boolean => wordsIn(exported).some((word) => wordsIn(file).includes(word))

const isPartOf = (path: string, whole: string): boolean => {
  const stem = whole.replace(/\.ts$/, '')
  return path.startsWith(stem) && /^[A-Z]/.test(path.slice(stem.length))
}

const namesReexported = (statement: ts.ExportDeclaration): readonly string[] =>
  statement.exportClause && ts.isNamedExports(statement.exportClause) ? statement.exportClause.elements.map(({ name }) => name.text) : []

const namespacesIn = (file: ts.SourceFile): readonly string[] =>
  reexportedFrom(file).flatMap(({ exportClause }) => (exportClause && ts.isNamespaceExport(exportClause) ? [exportClause.name.text] : []))

const refusedNames = /^(utils?|commons?|helpers?|misc|miscellaneous)$/i

/** No file or folder is named after nothing in particular. */
export const namesSaySomething: Rule = ({ files }) =>
  [...files.keys()]
    .filter((path) => path.split('/').some((part) => refusedNames.test(part.split('.')[0])))
    .map((path) => `${path}:1: the name says nothing`)

/** Importing a file does nothing, and keeps nothing: no statement at its top runs or can be assigned to. The executable alone runs. */
export const importingDoesNothing: Rule = (house) =>
  [...house.files]
    .filter(([path]) => !path.startsWith('test/') && path !== 'properties/main.ts')
    .flatMap(([path, file]) =>
      file.statements.flatMap((statement) => {
        if (ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const))
          return [`${place(path, statement)}: a variable of the whole file`]
        return isQuiet(statement) ? [] : [`${place(path, statement)}: a statement that runs when the file is imported`]
      })
    )

const isQuiet = (statement: ts.Statement): boolean =>
  ts.isVariableStatement(statement) ||
  ts.isFunctionDeclaration(statement) ||
  ts.isClassDeclaration(statement) ||
  ts.isInterfaceDeclaration(statement) ||
  ts.isTypeAliasDeclaration(statement) ||
  ts.isExportDeclaration(statement) ||
  ts.isEnumDeclaration(statement) ||
  ts.isModuleDeclaration(statement) ||
  ts.isExportAssignment(statement) ||
  (ts.isImportDeclaration(statement) && statement.importClause !== undefined)

/** lib/index.ts only re-exports; every file of lib is reached from it by re-exports, unless all it exports is marked @internal. */
export const indexIsComplete: Rule = (house) => {
  const index = house.files.get('lib/index.ts')
  if (!index) return ['lib/index.ts:1: there is no index']
  const strays = index.statements
    .filter((statement) => !ts.isExportDeclaration(statement) || !statement.moduleSpecifier)
    .map((statement) => `${place('lib/index.ts', statement)}: the index does more than re-export`)
  const shown = reachable(house, 'lib/index.ts')
  const hidden = products(house)
    .filter(([path, file]) => path.startsWith('lib/') && !shown.has(path) && !isInternal(file))
    .map(([path]) => `${path}:1: lib/index.ts does not export it, and it is not marked @internal (npm run index)`)
  return [...strays, ...hidden]
}

/** True when all that a file exports is marked @internal. */
export const isInternal = (file: ts.SourceFile): boolean => {
  const exported: readonly Exported[] = exportsOf(file)
  return exported.length > 0 && exported.every(({ declaration }) => docOf(declaration).includes('@internal'))
}

const reachable = (house: House, from: string): ReadonlySet<string> => {
  const seen = new Set([from])
  for (const path of seen)
    for (const statement of reexportedFrom(house.files.get(path)!)) {
      const specifier = (statement.moduleSpecifier as ts.StringLiteral).text
      const found = house.imports.find((one) => one.from === path && one.specifier === specifier)
      if (found?.target && house.files.has(found.target)) seen.add(found.target)
    }
  return seen
}
