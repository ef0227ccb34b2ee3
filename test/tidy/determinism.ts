import * as ts from 'typescript'
import type { House } from './house'
import { place, walk } from './house'
import type { Rule } from './rooms'

const exempt = 'lib/time/realTime.ts'

const isOutside = (symbol: ts.Symbol | undefined): boolean =>
  symbol?.declarations?.every((declaration) => declaration.getSourceFile().fileName.includes('/node_modules/')) ?? false

const isFrom = (name: string, symbol: ts.Symbol | undefined): boolean =>
  symbol?.declarations?.some((declaration) => declaration.getSourceFile().fileName.includes(`/node_modules/${name}/`)) ?? false

const resolved = (checker: ts.TypeChecker, node: ts.Node): ts.Symbol | undefined => {
  const symbol = checker.getSymbolAtLocation(node)
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

const sourcesBelow = (house: House, ...tops: readonly string[]): readonly (readonly [string, ts.SourceFile])[] =>
  [...house.files].filter(([path]) => tops.includes(path.split('/')[0]))

const alwaysForeign = new Set([
  ...['process', 'performance', 'console', 'crypto', 'globalThis', 'queueMicrotask', 'require', '__dirname', '__filename'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate']
])

// What a use of a global does that differs from run to run, if anything. `Math.max` and `Date.UTC` do not.
const impurity = (node: ts.Identifier): string | undefined => {
  if (alwaysForeign.has(node.text)) return node.text
  const user = node.parent
  if (node.text === 'Math') {
    if (!ts.isPropertyAccessExpression(user)) return 'Math as a value'
    return user.name.text === 'random' ? 'Math.random' : undefined
  }
  if (node.text !== 'Date') return undefined
  if (ts.isNewExpression(user)) return user.arguments?.length ? undefined : 'new Date()'
  if (ts.isPropertyAccessExpression(user) && ['UTC', 'parse', 'prototype'].includes(user.name.text)) return undefined
  return ts.isPropertyAccessExpression(user) ? `Date.${user.name.text}` : 'Date as a value'
}

const isUse = (node: ts.Node): node is ts.Identifier => {
  if (!ts.isIdentifier(node) || ts.isPartOfTypeNode(node)) return false
  const parent = node.parent
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false
  return !((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)) && parent.name === node)
}

/** Neither chance, nor the machine's clock, nor the process is reached from lib; the real-time driver alone may. */
export const libIsPure: Rule = (house) =>
  sourcesBelow(house, 'lib').flatMap(([path, file]) => {
    if (path === exempt) return []
    const found: string[] = []
    walk(file, (node) => {
      if (!isUse(node)) return
      const what = impurity(node)
      if (what && isOutside(globalSymbol(house.checker, node))) found.push(`${place(path, node)}: ${what} in lib`)
    })
    return found
  })

const globalSymbol = (checker: ts.TypeChecker, node: ts.Identifier): ts.Symbol | undefined =>
  ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node)

// Operators that take a scheduler and fall back to the machine's clock without one.
const waiting = new Set([
  ...['delay', 'timer', 'interval', 'debounceTime', 'auditTime', 'sampleTime', 'throttleTime', 'bufferTime', 'windowTime'],
  ...['timeout', 'timeoutWith', 'timeInterval', 'timestamp', 'animationFrames']
])

// Operators that wait only when asked to, and how the question looks.
const waitsWhenAsked: Readonly<Record<string, (call: ts.CallExpression | ts.NewExpression) => boolean>> = {
  retry: (call) => hasProperty(call, 'delay', (value) => ts.isNumericLiteral(value)),
  repeat: (call) => hasProperty(call, 'delay', (value) => ts.isNumericLiteral(value)),
  shareReplay: (call) => (call.arguments?.length ?? 0) > 1 || hasProperty(call, 'windowTime', () => true),
  ReplaySubject: (call) => (call.arguments?.length ?? 0) > 1
}

const hasProperty = (call: ts.CallExpression | ts.NewExpression, name: string, holds: (value: ts.Expression) => boolean): boolean =>
  (call.arguments ?? []).some(
    (argument) =>
      ts.isObjectLiteralExpression(argument) &&
      argument.properties.some(
        (property) => ts.isPropertyAssignment(property) && property.name.getText() === name && holds(property.initializer)
      )
  )

const isClock = (type: ts.Type): boolean => type.getProperty('now') !== undefined

const hasClock = (checker: ts.TypeChecker, call: ts.CallExpression | ts.NewExpression): boolean =>
  (call.arguments ?? []).some((argument) => {
    const type = checker.getTypeAtLocation(argument)
    if (isClock(type)) return true
    return [type.getProperty('scheduler'), type.getProperty('timestampProvider')].some(
      (property) => property !== undefined && isClock(checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(property, argument)))
    )
  })

// These names, and every name that an import or export anywhere in the house gives to one of them. The checker has the last word on what a name
// means; it is asked about these alone, which is a hundredth of all calls.
const namesFor = ({ files }: House, wanted: ReadonlySet<string>): ReadonlySet<string> => {
  const renamings: (readonly [was: string, is: string])[] = []
  for (const file of files.values())
    for (const statement of file.statements) {
      const clause = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : exportClauseOf(statement)
      if (clause === undefined || !(ts.isNamedImports(clause) || ts.isNamedExports(clause))) continue
      for (const { propertyName, name } of clause.elements) if (propertyName) renamings.push([propertyName.text, name.text])
    }
  const names = new Set(wanted)
  for (const name of names) for (const [was, is] of renamings) if (was === name) names.add(is)
  return names
}

const exportClauseOf = (statement: ts.Statement): ts.NamedExportBindings | undefined =>
  ts.isExportDeclaration(statement) ? statement.exportClause : undefined

/** RxJS operators that wait are always told on which scheduler. */
export const waitingNamesItsScheduler: Rule = (house) => {
  const names = namesFor(house, new Set([...waiting, ...Object.keys(waitsWhenAsked)]))
  return sourcesBelow(house, 'lib', 'pipelines', 'properties').flatMap(([path, file]) => {
    const found: string[] = []
    walk(file, (node) => {
      if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return
      const callee = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression
      if (!ts.isIdentifier(callee) || !names.has(callee.text)) return
      const symbol = resolved(house.checker, callee)
      const name = symbol?.name ?? ''
      const waits = waiting.has(name) || (Object.hasOwn(waitsWhenAsked, name) && waitsWhenAsked[name](node))
      if (waits && isFrom('rxjs', symbol) && !hasClock(house.checker, node)) found.push(`${place(path, node)}: ${name} without a scheduler`)
    })
    return found
  })
}

const machineSchedulers = new Set(['asyncScheduler', 'async', 'asapScheduler', 'asap', 'animationFrameScheduler', 'animationFrame'])

/** RxJS's schedulers on the machine's clock are not used in lib, and its free function `pipe` nowhere: `pipe` is fp-ts's. */
export const rxjsNamesAreChosen: Rule = (house) =>
  sourcesBelow(house, 'lib', 'pipelines', 'properties', 'test').flatMap(([path, file]) => {
    const found: string[] = []
    const check = (name: string, node: ts.Node): void => {
      if (name === 'pipe') found.push(`${place(path, node)}: pipe of rxjs: pipe is fp-ts's`)
      if (machineSchedulers.has(name) && path.startsWith('lib/') && path !== exempt) found.push(`${place(path, node)}: ${name} in lib`)
    }
    const namespaces = new Set<string>()
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) || !/^'rxjs(\/|')/.test(statement.moduleSpecifier.getText(file).replace(/"/g, "'"))) continue
      const bindings = statement.importClause?.namedBindings
      if (bindings && ts.isNamespaceImport(bindings)) namespaces.add(bindings.name.text)
      if (bindings && ts.isNamedImports(bindings))
        for (const element of bindings.elements) check((element.propertyName ?? element.name).text, element)
    }
    walk(file, (node) => {
      if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && namespaces.has(node.expression.text))
        check(node.name.text, node)
    })
    return found
  })
