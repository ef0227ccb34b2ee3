import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import * as ts from 'typescript'

/** The folder of package.json. */
export const root = resolve(__dirname, '../..')

/** One `import`, `export ... from`, `import()` or `import('...')` type of a file. */
export type Import = {
  readonly from: string
  readonly line: number
  readonly specifier: string
  /** The imported file of this package, as a path from the root; absent for packages. */
  readonly target?: string
  /** The names taken from it, or all of them. */
  readonly names: readonly string[] | 'all'
}

/**
 * The sources as the rules see them: syntax trees by path from the root, what each imports, and a type checker for the questions that need one,
 * made when it is first asked for (most rules, and so most houses of planted files, never do).
 */
export type House = {
  readonly files: ReadonlyMap<string, ts.SourceFile>
  readonly imports: readonly Import[]
  readonly checker: ts.TypeChecker
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  types: ['node'],
  strict: true,
  esModuleInterop: true,
  skipLibCheck: true,
  noEmit: true
}

// Declarations of the language and of the packages are the same in every house: parsed and bound once.
const shared = new Map<string, ts.SourceFile | undefined>()

const sharedFile = (file: string, target: ts.ScriptTarget): ts.SourceFile | undefined => {
  if (!shared.has(file)) {
    const text = ts.sys.readFile(file)
    const how: ts.CreateSourceFileOptions = { languageVersion: target, jsDocParsingMode: ts.JSDocParsingMode.ParseNone }
    const parsed = text === undefined ? undefined : ts.createSourceFile(file, text, how, true)
    shared.set(file, parsed)
  }
  return shared.get(file)
}

const ours = (file: string): boolean => !relative(root, file).startsWith('..') && !file.includes('node_modules')

// The format is what the package's own package.json says of its files. Comments are read where a rule asks for them (docOf), not as trees.
const asOurs: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.ES2022,
  impliedNodeFormat: ts.ModuleKind.CommonJS,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone
}

/**
 * The house made of these sources (path from the root => text). Nothing of ours is read from the disk, so that a house of one planted file is
 * judged alone. Files under test/ are parsed, not type-checked: rules ask about them only what they import.
 */
export const house = (sources: ReadonlyMap<string, string>): House => {
  const files = new Map([...sources].map(([path, text]) => [path, ts.createSourceFile(join(root, path), text, asOurs, true)]))
  const paths = new Set(sources.keys())
  let checker: ts.TypeChecker | undefined
  return {
    files,
    imports: [...files].flatMap(([path, file]) => importsOf(path, file, paths)),
    get checker() {
      checker ??= checkerOf(files)
      return checker
    }
  }
}

const checkerOf = (files: ReadonlyMap<string, ts.SourceFile>): ts.TypeChecker => {
  const absolute = new Map([...files].map(([path, file]) => [join(root, path), file]))
  const folders = new Set([...absolute.keys()].flatMap((file) => above(dirname(file))))
  const base = ts.createCompilerHost(options, true)
  const host: ts.CompilerHost = {
    ...base,
    fileExists: (file) => (ours(file) && file.endsWith('.ts') ? absolute.has(file) : base.fileExists(file)),
    readFile: (file) => absolute.get(file)?.text ?? base.readFile(file),
    directoryExists: (folder) => folders.has(folder) || (base.directoryExists?.(folder) ?? false),
    getSourceFile: (file, version) => {
      const known = absolute.get(file)
      if (known !== undefined) return known
      const target = typeof version === 'object' ? version.languageVersion : version
      return ours(file) ? undefined : sharedFile(file, target)
    }
  }
  const rootNames = [...absolute.keys()].filter((file) => !relative(root, file).startsWith('test'))
  return ts.createProgram({ rootNames, options, host }).getTypeChecker()
}

/** The texts of lib, pipelines, properties and test as they are on the disk. */
export const sourcesOnDisk = (): ReadonlyMap<string, string> =>
  new Map(
    ['lib', 'pipelines', 'properties', 'test']
      .filter((top) => existsSync(join(root, top)))
      .flatMap((top) => readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => posix.join(top, name)))
      .filter((path) => path.endsWith('.ts'))
      .sort()
      .map((path) => [path, readFileSync(join(root, path), 'utf8')])
  )

/** `path:line`, as editors and terminals open it. */
export const place = (path: string, node: ts.Node): string => {
  const file = node.getSourceFile()
  return `${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`
}

/** Calls `see` for every node below `node`. */
export const walk = (node: ts.Node, see: (node: ts.Node) => void): void =>
  ts.forEachChild(node, (child) => {
    see(child)
    walk(child, see)
  })

/** One exported name of a file with the declaration that carries its doc comment; `export ... from` declares nothing here. */
export type Exported = { readonly name: string; readonly declaration: ts.Node; readonly isType: boolean }

/** What a file exports by itself. */
export const exportsOf = (file: ts.SourceFile): readonly Exported[] => {
  const locals = new Map(file.statements.flatMap(declared).map((found) => [found.name, found]))
  return file.statements.flatMap((statement): readonly Exported[] => {
    if (isExported(statement)) return declared(statement)
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier || !statement.exportClause) return []
    if (!ts.isNamedExports(statement.exportClause)) return []
    return statement.exportClause.elements.map((element) => {
      const local = locals.get((element.propertyName ?? element.name).text)
      return { name: element.name.text, declaration: local?.declaration ?? element, isType: local?.isType ?? false }
    })
  })
}

/** The text of the doc comment of a declaration, without its stars; empty when there is none. */
export const docOf = (declaration: ts.Node): string => {
  const text = declaration.getSourceFile().text
  const docs = (ts.getLeadingCommentRanges(text, declaration.getFullStart()) ?? []).filter((range) => text.startsWith('/**', range.pos))
  const last = docs.at(-1)
  return last === undefined
    ? ''
    : text
        .slice(last.pos + 3, last.end - 2)
        .replace(/^\s*\*\s?/gm, '')
        .trim()
}

const above = (folder: string): readonly string[] => (folder === root ? [root] : [folder, ...above(dirname(folder))])

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)

const declared = (statement: ts.Statement): readonly Exported[] => {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap((one) =>
      namesIn(one.name).map((name) => ({ name, declaration: statement, isType: false }))
    )
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return [{ name: statement.name.text, declaration: statement, isType: true }]
  const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)
  if ((named || ts.isModuleDeclaration(statement)) && statement.name)
    return [{ name: statement.name.text, declaration: statement, isType: false }]
  return []
}

const namesIn = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name) ? [name.text] : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []))

const importsOf = (path: string, file: ts.SourceFile, paths: ReadonlySet<string>): readonly Import[] => {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, names: Import['names']): void => {
    if (!specifier || !ts.isStringLiteral(specifier)) return
    const line = file.getLineAndCharacterOfPosition(specifier.getStart(file)).line + 1
    found.push({ from: path, line, specifier: specifier.text, names, ...targetOf(path, specifier.text, paths) })
  }
  walk(file, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedNames(node.importClause))
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, reexportedNames(node.exportClause))
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'all')
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], 'all')
  })
  return found
}

const importedNames = (clause: ts.ImportClause | undefined): Import['names'] => {
  if (!clause) return []
  if (clause.namedBindings && ts.isNamespaceImport(clause.namedBindings)) return 'all'
  const named = clause.namedBindings?.elements.map((element) => (element.propertyName ?? element.name).text) ?? []
  return clause.name ? ['default', ...named] : named
}

const reexportedNames = (clause: ts.NamedExportBindings | undefined): Import['names'] =>
  clause && ts.isNamedExports(clause) ? clause.elements.map((element) => (element.propertyName ?? element.name).text) : 'all'

const targetOf = (from: string, specifier: string, paths: ReadonlySet<string>): { readonly target?: string } => {
  if (!specifier.startsWith('.')) return {}
  const joined = posix.join(posix.dirname(from), specifier)
  const target = [joined, `${joined}.ts`, `${joined}/index.ts`].find((candidate) => paths.has(candidate))
  return { target: target ?? joined }
}
