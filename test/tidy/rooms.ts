import { posix } from 'node:path'
import type { House, Import } from './house'

/** A rule of the house: what it finds wrong, one `path:line: message` each. */
export type Rule = (house: House) => readonly string[]

const tops = ['lib', 'pipelines', 'properties', 'test']

/** The rooms of lib by floor, lowest first. A room with one file is a file. */
export const floors: readonly (readonly string[])[] = [
  ['time', 'random', 'stream'],
  ['memory', 'network', 'noc', 'guest', 'virtualizability'],
  ['protocol'],
  ['migration', 'hotspot', 'elasticity', 'checkpoint', 'motive', 'metrics'],
  ['world'],
  ['loop'],
  ['codec', 'report']
]

// Two rooms of one floor stay independent, except where one is made of the other: a guest has memory.
const neighbours: readonly (readonly [from: string, to: string])[] = [['guest', 'memory']]

// Worlds and decisions meet only in signals and commands, although one floor lies above the other.
const strangers: readonly (readonly [from: number, to: number])[] = [[4, 3]]

// Packages a room may import beside rxjs and fp-ts: borders and pictures live on the highest floor.
const packages: Readonly<Record<string, readonly string[]>> = {
  codec: ['io-ts', 'node:'],
  report: ['cli-table3']
}

const at = (found: Import): string => `${found.from}:${found.line}`

const room = (path: string): string => path.split('/')[1].replace(/\.ts$/, '')

const floorOf = (path: string): number => floors.findIndex((rooms) => rooms.includes(room(path)))

const withinLib = (path: string | undefined): path is string => path?.startsWith('lib/') === true && path !== 'lib/index.ts'

/** lib <- pipelines <- properties <- test: nothing imports to its right. */
export const importsPointLeft: Rule = ({ imports }) =>
  imports.flatMap((found) => {
    if (!found.target) return []
    const from = tops.indexOf(found.from.split('/')[0])
    const to = tops.indexOf(found.target.split('/')[0])
    return to === -1 || to > from ? [`${at(found)}: ${found.from.split('/')[0]} imports ${found.target}`] : []
  })

/** Every file of lib lies in a room of a floor. */
export const roomsAreKnown: Rule = ({ files }) =>
  [...files.keys()]
    .filter((path) => withinLib(path) && floorOf(path) === -1)
    .map((path) => `${path}:1: '${room(path)}' is no room of a floor of lib`)

/** A file of lib imports from its own room or a lower floor. */
export const importsPointDown: Rule = ({ imports }) =>
  imports.flatMap((found) => {
    if (!withinLib(found.from)) return []
    if (found.target === 'lib/index.ts') return [`${at(found)}: lib imports its own index`]
    if (!withinLib(found.target)) return []
    const [from, to] = [floorOf(found.from), floorOf(found.target)]
    if (room(found.from) === room(found.target)) return []
    if (neighbours.some(([a, b]) => a === room(found.from) && b === room(found.target!))) return []
    if (to < from && !strangers.some(([a, b]) => a === from && b === to)) return []
    return [`${at(found)}: ${room(found.from)} (floor ${from}) imports ${room(found.target)} (floor ${to})`]
  })

/** A relative import names a file without its extension: never a folder, never a file that is not there. */
export const importsNameFiles: Rule = ({ imports, files }) =>
  imports.flatMap((found) => {
    if (!found.target) return []
    const named = `${posix.join(posix.dirname(found.from), found.specifier)}.ts`
    return files.has(named) ? [] : [`${at(found)}: '${found.specifier}' is no file: ${named}`]
  })

/** lib stands on rxjs and fp-ts alone; fp-ts by the path that every module system finds. */
export const packagesAreFew: Rule = ({ imports }) =>
  imports.flatMap((found) => {
    if (found.target) return []
    if (/^(fp-ts|io-ts)\/(?!lib\/)/.test(found.specifier))
      return [`${at(found)}: '${found.specifier}' fails in ES modules: ${found.specifier.replace('/', '/lib/')}`]
    if (!withinLib(found.from)) return []
    const allowed = ['rxjs', 'fp-ts', ...(packages[room(found.from)] ?? [])]
    const isAllowed = allowed.some((name) => found.specifier === name || found.specifier.startsWith(name.endsWith(':') ? name : `${name}/`))
    return isAllowed ? [] : [`${at(found)}: ${room(found.from)} imports the package '${found.specifier}'`]
  })
