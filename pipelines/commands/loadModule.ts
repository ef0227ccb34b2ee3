import { createRequire, Module, register } from 'node:module'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Either, left, right } from 'fp-ts/lib/Either'
import type { InputError } from '../experiment/inputError'
import { notAFile } from '../experiment/notAFile'

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>

/**
 * Loads a file of the user's, JavaScript or TypeScript, CommonJS or ES module; what it exports, or why it cannot be loaded. `transhume` and its entries
 * mean the code that is running here: a file beside the sources needs nothing built or installed, and none meets a second copy of the library. TypeScript
 * is read where this Node reads it (22.18 or later, or with tsx). A file's own statements are run. `wanted`: what it is to export, for who gave no file.
 */
export const loadModule = async (file: string, wanted = 'a pipeline'): Promise<Either<readonly InputError[], Exports>> => {
  const got = notAFile(file)
  if (got !== undefined) return left([{ path: file, expected: `a file that exports ${wanted}`, got }])
  const extension = extname(file)
  if (!extensions.includes(extension))
    return left([
      { path: file, expected: `a file of JavaScript or TypeScript (${extensions.join(', ')})`, got: extension || 'no extension' }
    ])
  const path = resolve(file)
  const load = createRequire(path)
  if (extension.endsWith('ts') && !readsTypeScript(load))
    return left([
      {
        path: file,
        expected: 'a file that this Node can read',
        got: `TypeScript, and Node ${process.versions.node}`,
        hint: 'use Node 22.18 or later, or run it through tsx (NODE_OPTIONS="--require tsx/cjs"), or compile the file and check the .js'
      }
    ])
  try {
    return right(exportsOf(await loaded(path, load)))
  } catch (error) {
    return left([{ path: file, expected: 'a file that loads', got: inWords(error) }])
  }
}

const extensions = ['.js', '.cjs', '.mjs', '.ts', '.cts', '.mts']

const readsTypeScript = (load: NodeJS.Require): boolean =>
  load.extensions['.ts'] !== undefined || Boolean((process.features as { readonly typescript?: unknown }).typescript)

/**
 * By `require` where something makes CommonJS of every file (tsx), or where the file is CommonJS; else by `import`, which can load both. Until it is loaded
 * the names of this package mean the files that are running: page sets of one copy of the library are strange to another.
 */
const loaded = async (path: string, load: NodeJS.Require): Promise<unknown> => {
  const loader = Module as unknown as { _resolveFilename: (request: string, ...rest: readonly unknown[]) => string }
  const usual = loader._resolveFilename
  loader._resolveFilename = (request, ...rest) => entries[request] ?? usual.call(loader, request, ...rest)
  try {
    if (load.extensions['.ts'] !== undefined || /\.c[jt]s$/.test(path)) {
      try {
        return load(path)
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined
        if (code !== 'ERR_REQUIRE_ESM' && code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error
      }
    }
    register(`data:text/javascript,${encodeURIComponent(importHooks())}`)
    return await import(pathToFileURL(path).href)
  } finally {
    loader._resolveFilename = usual
  }
}

/** The same for `import`, as the module of hooks that Node asks for; it stays for as long as the process runs. */
const importHooks = (): string => {
  const urls = Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, pathToFileURL(path).href]))
  return `const entries = ${JSON.stringify(urls)}
export const resolve = (name, context, next) => (entries[name] === undefined ? next(name, context) : { url: entries[name], shortCircuit: true })`
}

const top = join(__dirname, '../..')

const entries: Readonly<Record<string, string>> = {
  transhume: join(top, 'lib', `index${extname(__filename)}`),
  'transhume/pipelines': join(top, 'pipelines', `index${extname(__filename)}`),
  'transhume/properties': join(top, 'properties', `index${extname(__filename)}`)
}

/** What a value has that is itself what is looked for, and no record of such: a pipeline with a name, an arbitrary, a manager of a fleet. */
const own = ['pipeline', 'generate', 'begin']

/** A module that is one value (`module.exports = pipeline`) exports it by default. */
const exportsOf = (module: unknown): Exports => {
  if (typeof module !== 'object' || module === null) return { default: module }
  const { default: inner, __esModule: _, 'module.exports': __, ...rest } = module as Record<string, unknown>
  if (Object.keys(rest).length > 0 || typeof inner !== 'object' || inner === null || own.some((name) => name in inner))
    return inner === undefined ? rest : { ...rest, default: inner }
  return inner as Exports
}

const inWords = (error: unknown): string => {
  if (!(error instanceof Error)) return `an exception (${String(error)})`
  const [first] = error.message.split('\n')
  const place = /^(.*:\d+)$/m.exec(error.stack?.split('\n')[0] ?? '')?.[1]
  return `${error.name}: ${first}${place === undefined ? '' : ` at ${place}`}`
}
