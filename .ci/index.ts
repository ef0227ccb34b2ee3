// npm run index: writes lib/index.ts, the list of what lib exports by floor, from the files that are there.
//
// A file is shown as it is (`export *`), unless its names are general: then as a namespace named after the file, with its types beside it.
// General is a name that another file has too, or rxjs, or that says nothing without the file's own. A namespace that the index has already is
// kept, so that a hand can add one. A file whose exports are all @internal, or which another file of its room re-exports, is not listed.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import * as rxjs from 'rxjs'
import * as ts from 'typescript'
import { docOf, exportsOf, house, root, sourcesOnDisk } from '../test/tidy/house'
import { floors } from '../test/tidy/rooms'
import { filesAreNamedAfterExports, isInternal, reexportedFrom } from '../test/tidy/shape'

type Shown = {
  readonly path: string
  readonly name: string
  readonly values: ReadonlyMap<string, ts.Symbol>
  readonly types: ReadonlyMap<string, ts.Symbol>
}

const ours = house(sourcesOnDisk())
const indexPath = 'lib/index.ts'

const resolved = (symbol: ts.Symbol): ts.Symbol => (symbol.flags & ts.SymbolFlags.Alias ? ours.checker.getAliasedSymbol(symbol) : symbol)

const isHidden = (symbol: ts.Symbol): boolean => (symbol.declarations ?? []).some((one) => docOf(statementOf(one)).includes('@internal'))

const statementOf = (node: ts.Node): ts.Node => (ts.isVariableDeclaration(node) ? node.parent.parent : node)

const shown = (path: string, file: ts.SourceFile): Shown => {
  const symbol = ours.checker.getSymbolAtLocation(file)
  const all = (symbol ? ours.checker.getExportsOfModule(symbol) : []).map((one) => [one.name, resolved(one)] as const)
  const values = new Map(all.filter(([, one]) => one.flags & ts.SymbolFlags.Value))
  const types = new Map(all.filter(([, one]) => !(one.flags & ts.SymbolFlags.Value) && !isHidden(one)))
  return { path, name: posix.basename(path, '.ts'), values, types }
}

const reexported = new Set(
  [...ours.files]
    .filter(([path]) => path.startsWith('lib/') && path !== indexPath)
    .flatMap(([path, file]) =>
      reexportedFrom(file).map((one) => posix.join(posix.dirname(path), (one.moduleSpecifier as ts.StringLiteral).text))
    )
)

const isPartOnly = (file: Shown): boolean =>
  reexported.has(file.path.replace(/\.ts$/, '')) &&
  exportsOf(ours.files.get(file.path)!).every(
    ({ name, declaration }) =>
      docOf(declaration).includes('@internal') || candidates.some((other) => other !== file && has(other, name, file))
  )

const has = (whole: Shown, name: string, part: Shown): boolean =>
  [whole.values, whole.types].some((names) => names.has(name) && names.get(name) === (part.values.get(name) ?? part.types.get(name)))

const candidates: readonly Shown[] = [...ours.files]
  .filter(([path, file]) => path.startsWith('lib/') && path !== indexPath && !isInternal(file))
  .map(([path, file]) => shown(path, file))
const floorOf = ({ path }: Shown): number => floors.findIndex((rooms) => rooms.includes(path.split('/')[1].replace(/\.ts$/, '')))
const listed = candidates.filter((file) => !isPartOnly(file)).sort((a, b) => floorOf(a) - floorOf(b))

const indexFile = ours.files.get(indexPath)
const kept = new Set(
  (indexFile ? reexportedFrom(indexFile) : []).flatMap((one) =>
    one.exportClause && ts.isNamespaceExport(one.exportClause)
      ? [`lib/${posix.normalize((one.moduleSpecifier as ts.StringLiteral).text)}.ts`]
      : []
  )
)
const unnamed = new Set(filesAreNamedAfterExports(ours).map((finding) => finding.slice(0, finding.indexOf(':'))))

const isGeneral = (file: Shown): boolean =>
  kept.has(file.path) ||
  unnamed.has(file.path) ||
  [...file.values].some(
    ([name, symbol]) =>
      (file.values.size > 1 && name in rxjs) ||
      listed.some((other) => other !== file && other.values.has(name) && other.values.get(name) !== symbol)
  )

// Two words for one thing, or one word for two: the lower floor keeps the word, the other is reached through its file, and its owner is told.
const clashingTypes = (file: Shown): readonly string[] =>
  [...file.types].flatMap(([name, symbol]) => {
    const first = listed.slice(0, listed.indexOf(file)).find((other) => !isGeneral(other) && clashes(other, name, symbol))
    return first ? [`${name} of ${file.path} is a name of ${first.path} too`] : []
  })

const linesFor = (file: Shown): readonly string[] => {
  const from = `'./${file.path.slice('lib/'.length, -'.ts'.length)}'`
  if (!isGeneral(file) && clashingTypes(file).length === 0) return [`export * from ${from}`]
  const flat = listed.filter((other) => other !== file)
  const types = [...file.types].filter(([name, symbol]) => !flat.some((other) => clashes(other, name, symbol))).map(([name]) => name)
  return [
    ...(file.values.size > 0 ? [`export * as ${file.name} from ${from}`] : []),
    ...(types.length > 0 ? [`export type { ${types.join(', ')} } from ${from}`] : [])
  ]
}

const clashes = (other: Shown, name: string, symbol: ts.Symbol): boolean => {
  const theirs = other.types.get(name) ?? other.values.get(name)
  return theirs !== undefined && theirs !== symbol
}

const floor = (rooms: readonly string[], n: number): string => {
  const files = listed.filter(({ path }) => rooms.includes(path.split('/')[1].replace(/\.ts$/, '')))
  return files.length === 0 ? '' : [`// Floor ${n}: ${rooms.join(', ')}`, '', ...files.flatMap(linesFor), ''].join('\n')
}

writeFileSync(
  join(root, indexPath),
  floors
    .map(floor)
    .filter((text) => text !== '')
    .join('\n')
)
execFileSync(process.execPath, [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--write', indexPath], {
  cwd: root,
  stdio: 'inherit'
})
