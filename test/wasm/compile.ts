import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import * as ts from 'typescript'
import { double, encode, f64, i32, signed, unsigned } from './encode'
import type { Column, Struct } from './layout'
import { arithmetic, bitwise, columns, comparisons, compound, folded } from './operators'

/** What a kernel is made of: the files that its entries stand in, its structures by the names of their types, and the functions that stay in JavaScript. */
export type Kernel = {
  readonly file: string
  readonly entry: string
  readonly structs: Readonly<Record<string, Struct>>
  readonly outside: readonly string[]
}

/** A kernel compiled: the module's bytes, and which fields it reads and writes, each named by its structure's fields and its own name. */
export type Compiled = { readonly bytes: Uint8Array; readonly read: ReadonlySet<string>; readonly written: ReadonlySet<string> }

/** The type of a value: a number, truth values among the integers; a column or a structure by its address; nothing. */
type Type =
  | { readonly type: 'i32' | 'f64' | 'void' }
  | { readonly type: 'column'; readonly of: Column; readonly length: readonly number[] }
  | { readonly type: 'struct'; readonly struct: Struct }

type Local = { readonly index: number; readonly type: Type }
type Function = { readonly index: number; readonly takes: readonly Type[]; gives: Type }
type Source = { readonly path: string; readonly consts: ReadonlyMap<string, ts.Expression>; readonly imports: ReadonlyMap<string, string> }

/** A function under compilation. `depth` counts the blocks that are open, `breaks` and `continues` where those of the loops lead. */
type Scope = {
  readonly source: Source
  locals: ReadonlyMap<string, Local>
  readonly kinds: number[]
  readonly takes: number
  gives: Type
  depth: number
  readonly breaks: number[]
  /** The block that a return leaves, where the function stands in place of its call. */
  readonly returns?: number
  readonly continues: number[]
}

const int: Type = { type: 'i32' }
const real: Type = { type: 'f64' }
const nothing: Type = { type: 'void' }

/** Names a field of a structure, the same for all structures that look the same. */
export const fieldName = (struct: Struct, name: string): string => `${[...struct.fields.keys()].join(' ')}: ${name}`

/**
 * Compiles functions of TypeScript that are written for it to WebAssembly, so that one source is both: the reference, and what runs fast.
 *
 * Integers of 32 bits are JavaScript's numbers as long as none leaves that range (nothing checks it); doubles are what comes from a `Float64Array`, from a field named so, or from a
 * parameter of type `Cycle`, and what is reckoned from them. A number divided is a double, unless it stands in `Math.floor`. A `>>> 0` keeps its bits only.
 *
 * Errors: `RangeError` that names the place of what it does not know.
 */
export const compile = ({ file, entry, structs, outside }: Kernel): Compiled => {
  const sources = new Map<string, Source>()
  const functions = new Map<string, Function>()
  const imported = new Map<string, Function & { readonly name: string }>()
  const bodies: {
    readonly takes: readonly Type[]
    readonly gives: Type
    readonly locals: readonly number[]
    readonly code: readonly number[]
  }[] = []
  const read = new Set<string>()
  const written = new Set<string>()

  const sourceAt = (path: string): Source => {
    const known = sources.get(path)
    if (known !== undefined) return known
    const consts = new Map<string, ts.Expression>()
    const imports = new Map<string, string>()
    for (const statement of ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true).statements) {
      if (ts.isVariableStatement(statement))
        for (const { name, initializer } of statement.declarationList.declarations)
          if (ts.isIdentifier(name) && initializer !== undefined) consts.set(name.text, initializer)
      if (
        ts.isImportDeclaration(statement) &&
        statement.importClause?.namedBindings !== undefined &&
        ts.isNamedImports(statement.importClause.namedBindings)
      )
        for (const { name, propertyName } of statement.importClause.namedBindings.elements)
          imports.set(
            name.text,
            `${posix.join(posix.dirname(path), (statement.moduleSpecifier as ts.StringLiteral).text)}.ts ${(propertyName ?? name).text}`
          )
    }
    const source = { path, consts, imports }
    sources.set(path, source)
    return source
  }
  /** Where a name that is none of a function's own stands. */
  const found = (source: Source, name: string): readonly [Source, ts.Expression] | undefined => {
    const here = source.consts.get(name)
    if (here !== undefined) return [source, here]
    const [path, there] = source.imports.get(name)?.split(' ') ?? []
    return path === undefined ? undefined : found(sourceAt(path), there)
  }
  const refuse = (node: ts.Node, source: Source, what: string): never => {
    const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart())
    throw new RangeError(`compile: ${source.path}:${line + 1}: ${what} (got ${node.getText().slice(0, 80)})`)
  }

  /** The value of an expression that has no variables. */
  const constant = (source: Source, node: ts.Expression, locals?: ReadonlyMap<string, Local>): number | undefined => {
    if (ts.isParenthesizedExpression(node)) return constant(source, node.expression, locals)
    if (ts.isNumericLiteral(node)) return Number(node.text)
    if (node.kind === ts.SyntaxKind.TrueKeyword) return 1
    if (node.kind === ts.SyntaxKind.FalseKeyword) return 0
    if (ts.isIdentifier(node)) {
      if (locals?.has(node.text)) return undefined
      if (node.text === 'Infinity') return Infinity
      const at = found(source, node.text)
      return at && constant(at[0], at[1])
    }
    if (ts.isPrefixUnaryExpression(node)) {
      const value = constant(source, node.operand, locals)
      if (value === undefined) return undefined
      if (node.operator === ts.SyntaxKind.MinusToken) return -value
      return node.operator === ts.SyntaxKind.TildeToken ? ~value : undefined
    }
    if (!ts.isBinaryExpression(node)) return undefined
    const [a, b] = [constant(source, node.left, locals), constant(source, node.right, locals)]
    if (a === undefined || b === undefined) return undefined
    return folded[node.operatorToken.kind]?.(a, b)
  }

  const functionOf = (source: Source, name: string, node: ts.CallExpression, given: readonly Type[]): Function => {
    const at = found(source, name) ?? refuse(node, source, 'no such function')
    const [home, initializer] = at
    const full = `${home.path} ${name}`
    const known = functions.get(full) ?? imported.get(full)
    if (known !== undefined) return known
    if (!ts.isArrowFunction(initializer)) return refuse(node, source, 'not a function')
    if (outside.includes(name)) {
      const gives = annotated(initializer.type)
      const one = {
        index: imported.size,
        name,
        takes: given.map((type) => (type.type === 'f64' ? real : int)),
        gives: gives === 'double' ? real : gives === 'none' ? nothing : int
      }
      imported.set(full, one)
      return one
    }
    return defined(full, home, initializer, given)
  }

  const annotated = (type: ts.TypeNode | undefined): string => {
    const text = type?.getText() ?? ''
    if (text === 'Cycle') return 'double'
    if (text === 'void' || text === 'never') return 'none'
    return text in structs ? text : 'any'
  }

  /** Compiles a function for the types with which it is first called. */
  const defined = (full: string, source: Source, arrow: ts.ArrowFunction, given: readonly Type[]): Function => {
    const takes = arrow.parameters.map(({ type }, i): Type => {
      const said = annotated(type)
      if (said in structs) return { type: 'struct', struct: structs[said] }
      return said === 'double' ? real : given[i]
    })
    const own: Function = { index: -1 - functions.size, takes, gives: nothing }
    const scope: Scope = {
      source,
      locals: new Map(),
      kinds: takes.map(code),
      takes: takes.length,
      gives: annotated(arrow.type) === 'double' ? real : nothing,
      depth: 0,
      breaks: [],
      continues: []
    }
    const out: number[] = []
    arrow.parameters.forEach(({ name }, i) => {
      if (ts.isIdentifier(name)) scope.locals = new Map(scope.locals).set(name.text, { index: i, type: takes[i] })
      else destructure(scope, out, name as ts.ObjectBindingPattern, { index: i, type: takes[i] })
    })
    const { body } = arrow
    if (ts.isBlock(body)) {
      block(scope, out, body)
      // What ends in a return has nothing behind it.
      if (scope.gives.type !== 'void') out.push(0x00)
    } else scope.gives = expression(scope, out, body)
    const whole: Function = { ...own, index: bodies.length, gives: scope.gives }
    functions.set(full, whole)
    bodies.push({ takes, gives: scope.gives, locals: scope.kinds.slice(scope.takes), code: out })
    return whole
  }

  const fresh = (scope: Scope, type: Type): number => scope.kinds.push(code(type)) - 1

  /** Takes fields out of a structure into locals. */
  const destructure = (scope: Scope, out: number[], pattern: ts.ObjectBindingPattern, from: Local): void => {
    for (const { name, propertyName } of pattern.elements) {
      const field = (propertyName ?? name).getText()
      out.push(0x20, ...unsigned(from.index))
      const type = loadField(scope, out, pattern, from.type, field, [0x20, ...unsigned(from.index)])
      const index = fresh(scope, type)
      out.push(0x21, ...unsigned(index))
      if (ts.isIdentifier(name)) scope.locals = new Map(scope.locals).set(name.text, { index, type })
      else destructure(scope, out, name as ts.ObjectBindingPattern, { index, type })
    }
  }

  /** With a structure's address on the stack, its field. */
  const loadField = (scope: Scope, out: number[], node: ts.Node, type: Type, name: string, again: readonly number[]): Type => {
    const field = type.type === 'struct' ? type.struct.fields.get(name) : undefined
    if (field === undefined || type.type !== 'struct') return refuse(node, scope.source, `no field ${name}`)
    read.add(fieldName(type.struct, name))
    if (field.type === 'struct') {
      if (field.offset > 0) out.push(0x41, ...signed(field.offset), 0x6a)
      return { type: 'struct', struct: field.struct }
    }
    out.push(field.type === 'f64' ? 0x2b : 0x28, field.type === 'f64' ? 3 : 2, ...unsigned(field.offset))
    if (field.type === 'column') return { type: 'column', of: field.of, length: [...again, 0x28, 2, ...unsigned(field.offset + 4)] }
    return { type: field.type }
  }

  const block = (scope: Scope, out: number[], node: ts.Statement): void => {
    const { locals } = scope
    if (ts.isBlock(node)) for (const one of node.statements) statement(scope, out, one)
    else statement(scope, out, node)
    scope.locals = locals
  }

  const declare = (scope: Scope, out: number[], { declarations }: ts.VariableDeclarationList): void => {
    for (const { name, initializer } of declarations) {
      const type = expression(scope, out, initializer!)
      const index = fresh(scope, type)
      out.push(0x21, ...unsigned(index))
      if (ts.isIdentifier(name)) scope.locals = new Map(scope.locals).set(name.text, { index, type })
      else destructure(scope, out, name as ts.ObjectBindingPattern, { index, type })
    }
  }

  const statement = (scope: Scope, out: number[], node: ts.Statement): void => {
    if (ts.isBlock(node)) block(scope, out, node)
    else if (ts.isVariableStatement(node)) declare(scope, out, node.declarationList)
    else if (ts.isExpressionStatement(node)) effect(scope, out, node.expression)
    else if (ts.isIfStatement(node)) {
      condition(scope, out, node.expression)
      out.push(0x04, 0x40)
      scope.depth++
      block(scope, out, node.thenStatement)
      if (node.elseStatement !== undefined) {
        out.push(0x05)
        block(scope, out, node.elseStatement)
      }
      scope.depth--
      out.push(0x0b)
    } else if (ts.isForStatement(node)) {
      const { locals } = scope
      if (node.initializer !== undefined)
        if (ts.isVariableDeclarationList(node.initializer)) declare(scope, out, node.initializer)
        else effect(scope, out, node.initializer)
      loop(scope, out, node.condition, node.statement, node.incrementor, false)
      scope.locals = locals
    } else if (ts.isWhileStatement(node)) loop(scope, out, node.expression, node.statement, undefined, false)
    else if (ts.isDoStatement(node)) loop(scope, out, node.expression, node.statement, undefined, true)
    else if (ts.isContinueStatement(node)) out.push(0x0c, ...unsigned(scope.depth - scope.continues.at(-1)!))
    else if (ts.isBreakStatement(node)) out.push(0x0c, ...unsigned(scope.depth - scope.breaks.at(-1)!))
    else if (ts.isReturnStatement(node)) {
      if (node.expression !== undefined) {
        const type = expression(scope, out, node.expression)
        // A number that may be either is what the first return says.
        if (scope.gives.type === 'f64') convert(out, type)
        else scope.gives = type
      }
      if (scope.returns === undefined) out.push(0x0f)
      else out.push(0x0c, ...unsigned(scope.depth - scope.returns))
    } else if (node.kind !== ts.SyntaxKind.EmptyStatement) refuse(node, scope.source, 'no such statement')
  }

  /** block { loop { leave unless the condition holds; block { the body }; step; again } }, the condition behind the body where it is asked last. */
  const loop = (
    scope: Scope,
    out: number[],
    asked: ts.Expression | undefined,
    body: ts.Statement,
    step: ts.Expression | undefined,
    isLast: boolean
  ): void => {
    out.push(0x02, 0x40, 0x03, 0x40)
    scope.depth += 2
    const ask = (): void => {
      if (asked === undefined) return
      condition(scope, out, asked)
      out.push(0x45, 0x0d, 1)
    }
    if (!isLast) ask()
    out.push(0x02, 0x40)
    scope.breaks.push(scope.depth - 1)
    scope.depth++
    scope.continues.push(scope.depth)
    block(scope, out, body)
    scope.continues.pop()
    scope.breaks.pop()
    scope.depth--
    out.push(0x0b)
    if (step !== undefined) effect(scope, out, step)
    if (isLast) ask()
    out.push(0x0c, 0, 0x0b, 0x0b)
    scope.depth -= 2
  }

  const condition = (scope: Scope, out: number[], node: ts.Expression): void => {
    const type = expression(scope, out, node)
    if (type.type === 'f64') refuse(node, scope.source, 'a double is no condition')
  }

  /** An expression for what it does. */
  const effect = (scope: Scope, out: number[], node: ts.Expression): void => {
    if (ts.isBinaryExpression(node) && (node.operatorToken.kind === ts.SyntaxKind.EqualsToken || node.operatorToken.kind in compound)) {
      assign(
        scope,
        out,
        node.left,
        node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? undefined : compound[node.operatorToken.kind],
        () => expression(scope, out, node.right),
        false
      )
      return
    }
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      stepped(scope, out, node, false)
      return
    }
    if (expression(scope, out, node).type !== 'void') out.push(0x1a)
  }

  /** ++ and --, with the value before or after where it is wanted. */
  const stepped = (scope: Scope, out: number[], node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression, isWanted: boolean): Type => {
    const operator = node.operator === ts.SyntaxKind.PlusPlusToken ? ts.SyntaxKind.PlusToken : ts.SyntaxKind.MinusToken
    const one = (): Type => {
      out.push(0x41, 1)
      return int
    }
    if (!isWanted) return assign(scope, out, node.operand, operator, one, false)
    if (ts.isPrefixUnaryExpression(node)) return assign(scope, out, node.operand, operator, one, true)
    const before = expression(scope, out, node.operand)
    assign(scope, out, node.operand, operator, one, false)
    return before
  }

  /** Puts a value where it belongs: what `value` leaves on the stack, or that reckoned with what is there. */
  const assign = (
    scope: Scope,
    out: number[],
    target: ts.Expression,
    operator: ts.SyntaxKind | undefined,
    value: () => Type,
    isWanted: boolean
  ): Type => {
    const reckoned = (there: Type, load: () => void): void => {
      if (operator === undefined) {
        suit(scope, out, target, value(), there)
        return
      }
      load()
      suit(scope, out, target, reckon(scope, out, target, operator, there, value), there)
    }
    if (ts.isIdentifier(target)) {
      const local = scope.locals.get(target.text) ?? refuse(target, scope.source, 'no such variable')
      reckoned(local.type, () => out.push(0x20, ...unsigned(local.index)))
      out.push(isWanted ? 0x22 : 0x21, ...unsigned(local.index))
      return local.type
    }
    const store = place(scope, out, target)
    let address = -1
    if (operator !== undefined) {
      address = fresh(scope, int)
      out.push(0x22, ...unsigned(address))
    }
    reckoned(store.type, () => out.push(0x20, ...unsigned(address), ...store.load))
    if (!isWanted) out.push(...store.store)
    else {
      const kept = fresh(scope, store.type)
      out.push(0x22, ...unsigned(kept), ...store.store, 0x20, ...unsigned(kept))
    }
    return store.type
  }

  /** Leaves the address of a field or an element on the stack. */
  const place = (
    scope: Scope,
    out: number[],
    target: ts.Expression
  ): { readonly type: Type; readonly load: readonly number[]; readonly store: readonly number[] } => {
    if (ts.isPropertyAccessExpression(target)) {
      const type = expression(scope, out, target.expression)
      const field = type.type === 'struct' ? type.struct.fields.get(target.name.text) : undefined
      if (type.type !== 'struct' || field === undefined || (field.type !== 'i32' && field.type !== 'f64'))
        return refuse(target, scope.source, 'no field to write')
      read.add(fieldName(type.struct, target.name.text))
      written.add(fieldName(type.struct, target.name.text))
      const at = [field.type === 'f64' ? 3 : 2, ...unsigned(field.offset)]
      return field.type === 'f64'
        ? { type: real, load: [0x2b, ...at], store: [0x39, ...at] }
        : { type: int, load: [0x28, ...at], store: [0x36, ...at] }
    }
    if (!ts.isElementAccessExpression(target)) return refuse(target, scope.source, 'nothing to write to')
    const column = expression(scope, out, target.expression)
    if (column.type !== 'column') return refuse(target, scope.source, 'no column')
    const { shift, load, store, type } = columns[column.of]
    const value = expression(scope, out, target.argumentExpression)
    if (value.type !== 'i32') refuse(target, scope.source, 'an index is an integer')
    if (shift > 0) out.push(0x41, shift, 0x74)
    out.push(0x6a)
    return { type: type === f64 ? real : int, load: [load, shift, 0], store: [store, shift, 0] }
  }

  const suit = (scope: Scope, out: number[], node: ts.Node, from: Type, to: Type): void => {
    if (to.type === 'f64') convert(out, from)
    else if (from.type === 'f64') refuse(node, scope.source, 'a double does not fit an integer')
  }

  /** What is on the stack, as a double. */
  const convert = (out: number[], from: Type): void => {
    if (from.type === 'i32') out.push(0xb7)
  }

  /** What is on the stack, as an integer of 32 bits, as JavaScript's bit operators take it: where 2^52 + 2^51 is added to a whole number within 2^51, its bits are the sum's lowest. */
  const truncate = (out: number[], from: Type): void => {
    if (from.type === 'f64') out.push(0x44, ...double(3 * 2 ** 51), 0xa0, 0xbd, 0xa7)
  }

  /** With the left operand on the stack, the result. */
  const reckon = (scope: Scope, out: number[], node: ts.Node, operator: ts.SyntaxKind, left: Type, right: () => Type): Type => {
    const bits = bitwise[operator]
    if (bits !== undefined) {
      truncate(out, left)
      truncate(out, right())
      out.push(bits)
      return int
    }
    const [ints, reals] = arithmetic[operator] ?? refuse(node, scope.source, 'no such operator')
    const mark = out.length
    const other = right()
    if (left.type === 'f64' || other.type === 'f64' || ints < 0) {
      if (reals < 0) refuse(node, scope.source, 'not of doubles')
      // The left operand lies below the right one: it is made a double before that is reckoned.
      if (left.type === 'i32') out.splice(mark, 0, 0xb7)
      convert(out, other)
      out.push(reals)
      return operator in comparisons ? int : real
    }
    out.push(ints)
    return int
  }

  const expression = (scope: Scope, out: number[], node: ts.Expression): Type => {
    if (ts.isParenthesizedExpression(node)) return expression(scope, out, node.expression)
    if (ts.isIdentifier(node)) {
      const local = scope.locals.get(node.text)
      if (local !== undefined) {
        out.push(0x20, ...unsigned(local.index))
        return local.type
      }
    }
    const known = constant(scope.source, node, scope.locals)
    if (known !== undefined) {
      if (Number.isInteger(known) && known >= -(2 ** 31) && known < 2 ** 31) {
        out.push(0x41, ...signed(known))
        return int
      }
      out.push(0x44, ...double(known))
      return real
    }
    if (ts.isPropertyAccessExpression(node)) {
      const begin = out.length
      const type = expression(scope, out, node.expression)
      if (type.type === 'column' && node.name.text === 'length') {
        out.splice(begin, out.length - begin, ...type.length)
        return int
      }
      return loadField(scope, out, node, type, node.name.text, out.slice(begin))
    }
    if (ts.isElementAccessExpression(node)) {
      const { type, load } = place(scope, out, node)
      out.push(...load)
      return type
    }
    if (ts.isConditionalExpression(node)) return choice(scope, out, node)
    if (ts.isPrefixUnaryExpression(node)) {
      if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
        return stepped(scope, out, node, true)
      if (node.operator === ts.SyntaxKind.MinusToken) {
        const begin = out.length
        const type = expression(scope, out, node.operand)
        if (type.type === 'f64') out.push(0x9a)
        else {
          out.splice(begin, 0, 0x41, 0)
          out.push(0x6b)
        }
        return type
      }
      const type = expression(scope, out, node.operand)
      if (node.operator === ts.SyntaxKind.TildeToken) {
        truncate(out, type)
        out.push(0x41, 0x7f, 0x73)
      } else if (node.operator === ts.SyntaxKind.ExclamationToken) out.push(0x45)
      else refuse(node, scope.source, 'no such operator')
      return int
    }
    if (ts.isPostfixUnaryExpression(node)) return stepped(scope, out, node, true)
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.kind
      if (operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.BarBarToken) {
        condition(scope, out, node.left)
        out.push(0x04, 0x7f)
        scope.depth++
        if (operator === ts.SyntaxKind.BarBarToken) out.push(0x41, 1)
        else condition(scope, out, node.right)
        out.push(0x05)
        if (operator === ts.SyntaxKind.BarBarToken) condition(scope, out, node.right)
        else out.push(0x41, 0)
        scope.depth--
        out.push(0x0b)
        return int
      }
      const left = expression(scope, out, node.left)
      return reckon(scope, out, node, operator, left, () => expression(scope, out, node.right))
    }
    if (ts.isCallExpression(node)) return call(scope, out, node)
    return refuse(node, scope.source, 'no such expression')
  }

  const choice = (scope: Scope, out: number[], node: ts.ConditionalExpression): Type => {
    const begin = out.length
    condition(scope, out, node.condition)
    const [yes, no]: number[][] = [[], []]
    scope.depth++
    const ifSo = expression(scope, yes, node.whenTrue)
    const ifNot = expression(scope, no, node.whenFalse)
    scope.depth--
    const type = ifSo.type === 'f64' || ifNot.type === 'f64' ? real : int
    if (type === real) {
      convert(yes, ifSo)
      convert(no, ifNot)
    }
    // What costs nothing to have is had both ways and chosen from.
    if (isAtHand(node.whenTrue) && isAtHand(node.whenFalse)) {
      const asked = out.splice(begin)
      out.push(...yes, ...no, ...asked, 0x1b)
    } else out.push(0x04, code(type), ...yes, 0x05, ...no, 0x0b)
    return type
  }

  const call = (scope: Scope, out: number[], node: ts.CallExpression): Type => {
    const { expression: callee } = node
    if (ts.isPropertyAccessExpression(callee) && callee.expression.getText() === 'Math') return math(scope, out, node, callee.name.text)
    if (!ts.isIdentifier(callee)) return refuse(node, scope.source, 'no such call')
    const parts = node.arguments.map((one): readonly [Type, readonly number[]] => {
      const part: number[] = []
      const type = expression(scope, part, one)
      return [type, part]
    })
    const inlined = inlinedCall(scope, out, node, callee.text, parts)
    if (inlined !== undefined) return inlined
    const { index, takes, gives } = functionOf(
      scope.source,
      callee.text,
      node,
      parts.map(([type]) => type)
    )
    parts.forEach(([type, part], i) => {
      out.push(...part)
      if (i < takes.length) suit(scope, out, node, type, takes[i])
      else out.push(0x1a)
    })
    // Numbers of functions are known once it is known how many are imported.
    out.push(0x10, ...placeholder(index, outside.includes(callee.text)))
    return gives
  }

  /** A short function's instructions in place of its call. */
  const inlinedCall = (
    scope: Scope,
    out: number[],
    node: ts.CallExpression,
    name: string,
    parts: readonly (readonly [Type, readonly number[]])[]
  ): Type | undefined => {
    const at = found(scope.source, name)
    if (at === undefined || outside.includes(name) || !ts.isArrowFunction(at[1]) || at[1].body.getText().length > longest) return undefined
    const [source, { parameters, body, type: said }] = at
    const inner: Scope = {
      ...scope,
      source,
      locals: new Map(),
      gives: annotated(said) === 'double' ? real : nothing,
      breaks: [],
      continues: [],
      returns: scope.depth + 1
    }
    parameters.forEach(({ name: parameter, type }, i) => {
      const wanted = annotated(type)
      const [given, part] = parts[i]
      const own: Type = wanted in structs ? { type: 'struct', struct: structs[wanted] } : wanted === 'double' ? real : given
      out.push(...part)
      suit(scope, out, node, given, own)
      const index = fresh(scope, own)
      out.push(0x21, ...unsigned(index))
      if (ts.isIdentifier(parameter)) inner.locals = new Map(inner.locals).set(parameter.text, { index, type: own })
      else destructure(inner, out, parameter as ts.ObjectBindingPattern, { index, type: own })
    })
    if (!ts.isBlock(body)) return expression(inner, out, body)
    const inside: number[] = []
    inner.depth++
    block(inner, inside, body)
    if (inner.gives.type !== 'void') inside.push(0x00)
    out.push(0x02, inner.gives.type === 'void' ? 0x40 : code(inner.gives), ...inside, 0x0b)
    return inner.gives
  }

  const math = (scope: Scope, out: number[], node: ts.CallExpression, name: string): Type => {
    const [first, second] = node.arguments
    if (name === 'clz32') {
      truncate(out, expression(scope, out, first))
      out.push(0x67)
      return int
    }
    if (name === 'imul') {
      truncate(out, expression(scope, out, first))
      truncate(out, expression(scope, out, second))
      out.push(0x6c)
      return int
    }
    if (name === 'floor') {
      const type = expression(scope, out, first)
      convert(out, type)
      out.push(0x9c)
      return real
    }
    if (name !== 'max' && name !== 'min') return refuse(node, scope.source, 'no such function')
    node.arguments.forEach((one, i) => {
      convert(out, expression(scope, out, one))
      if (i > 0) out.push(name === 'max' ? 0xa5 : 0xa4)
    })
    return real
  }

  const home = sourceAt(file)
  const arrow = home.consts.get(entry)
  if (arrow === undefined || !ts.isArrowFunction(arrow)) throw new RangeError(`compile: ${file} has no function ${entry}`)
  const { index } = defined(
    `${file} ${entry}`,
    home,
    arrow,
    arrow.parameters.map(() => int)
  )
  const imports = [...imported.values()]
  const bytes = encode({
    imports: imports.map(({ name, takes, gives }) => [name, { takes: takes.map(code), gives: results(gives) }]),
    bodies: bodies.map(({ takes, gives, locals, code: instructions }) => ({
      signature: { takes: takes.map(code), gives: results(gives) },
      locals,
      code: settled(instructions, imports.length)
    })),
    exports: [['run', imports.length + index]]
  })
  return { bytes, read, written }
}

/** Whether an expression is a variable, a constant, or reckoned from such. */
const isAtHand = (node: ts.Expression): boolean =>
  ts.isIdentifier(node) ||
  ts.isNumericLiteral(node) ||
  (ts.isParenthesizedExpression(node) && isAtHand(node.expression)) ||
  (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken && isAtHand(node.operand)) ||
  (ts.isBinaryExpression(node) && isAtHand(node.left) && isAtHand(node.right))

/** Functions of no more characters stand in place of their calls. */
const longest = 1500

/** A function's number in a call, in a form that no other instruction has until all are known: below 0, imported ones even. */
const placeholder = (index: number, isImported: boolean): readonly number[] => [-1 - (2 * index + (isImported ? 0 : 1))]
const settled = (instructions: readonly number[], imports: number): readonly number[] =>
  instructions.flatMap((one) => {
    if (one >= 0) return [one]
    const index = -1 - one
    return unsigned((index & 1) === 0 ? index >> 1 : imports + (index >> 1))
  })

const code = (type: Type): number => (type.type === 'f64' ? f64 : i32)
const results = (type: Type): readonly number[] => (type.type === 'void' ? [] : [code(type)])
