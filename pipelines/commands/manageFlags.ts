import { type Command, Option } from 'commander'
import * as t from 'io-ts'
import type { Problem } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { nonNegativeInteger, part, positiveInteger } from '../../lib/codec/quantities'
import { durationText, positiveDurationText, positiveRateText, sizeText } from '../../lib/codec/quantityText'
import { oneOf, text } from '../../lib/codec/text'
import { moveTechniques } from '../managers/movesBy'
import { namedManagers } from '../managers/namedManagers'
import { flagReader } from './flagReader'
import { seeds } from './flags'

/** Names with commas between them. */
const namesText = new t.Type<readonly string[], unknown>(
  'names with commas between them',
  (u): u is readonly string[] => Array.isArray(u),
  (u, context) => {
    const names = typeof u === 'string' ? u.split(',').map((name) => name.trim()) : []
    return names.length > 0 && names.every((name) => name !== '') ? t.success(names) : t.failure(u, context)
  },
  String
)

/** What the flags are called, how they are read, what they are when they are absent (`undefined`: see their help), and what they mean. */
const flags = {
  trace: {
    usage: '--trace <path>',
    codec: text,
    usual: undefined,
    help: 'a recorded day: a folder of PlanetLab’s files as CloudSim ships them, a folder of Bitbrains’ CSV files, or a CSV file (default: a day made up, with statistics like those of PlanetLab’s VMs)'
  },
  vms: {
    usage: '--vms <n>',
    codec: numberText(positiveInteger),
    usual: undefined,
    help: 'VMs; of a trace the first so many (default 200, and all of a trace)'
  },
  looks: {
    usage: '--looks <n>',
    codec: numberText(positiveInteger),
    usual: undefined,
    help: 'samples of each VM, five minutes apart where nothing else is known (default 288, a day, and all of a trace)'
  },
  hosts: {
    usage: '--hosts <n>',
    codec: numberText(positiveInteger),
    usual: undefined,
    help: 'hosts, by turns of two kinds (default: one for ten VMs)'
  },
  cores: {
    usage: '--cores <n>',
    codec: numberText(positiveInteger),
    usual: undefined,
    help: 'cores of each host, which takes the watts of a server of two cores for every two (default 2, or twice those of the largest VM of a trace that tells them)'
  },
  hostMemory: {
    usage: '--host-memory <size>',
    codec: sizeText,
    usual: undefined,
    help: 'of each host (default 16GiB, or half as much again as the VMs of a trace that tells theirs take on the mean)'
  },
  network: {
    usage: '--network <rate>',
    codec: positiveRateText,
    usual: undefined,
    help: 'what a host’s card carries, VMs and moves together (default: no limit)'
  },
  link: { usage: '--link <rate>', codec: positiveRateText, usual: '1Gbit/s', help: 'what a host’s moves share' },
  services: {
    usage: '--services <n>',
    codec: numberText(nonNegativeInteger),
    usual: '0',
    help: 'VMs that serve requests, as many as take what their series say, and are seen from inside'
  },
  managers: {
    usage: '--managers <names>',
    codec: namesText,
    usual: undefined,
    help: `which, with commas (default: all of them): ${namedManagers.map(({ name }) => name).join(', ')}`
  },
  managerModule: {
    usage: '--manager-module <file>',
    codec: text,
    usual: undefined,
    help: 'JavaScript or TypeScript that exports managers of yours, compared besides'
  },
  technique: {
    usage: '--technique <name>',
    codec: text,
    usual: 'pre-copy',
    help: `how VMs are moved: ${moveTechniques()
      .map(({ name }) => name)
      .join(', ')}`
  },
  moves: {
    usage: '--moves <kind>',
    codec: oneOf('simulated', 'assumed'),
    usual: 'simulated',
    help: 'simulated: each is carried out by the technique in a simulated data centre; assumed: memory / 62.5 MB/s and nothing else, as in CloudSim'
  },
  parallel: {
    usage: '--parallel <n>',
    codec: numberText(positiveInteger),
    usual: '2',
    help: 'moves that a host takes part in at once; others wait'
  },
  drain: {
    usage: '--drain <hosts>',
    codec: namesText,
    usual: undefined,
    help: 'hosts that are emptied for maintenance, by their names with commas between them, whoever manages'
  },
  drainAt: { usage: '--drain-at <time>', codec: durationText, usual: '0s', help: 'from when on they are' },
  threshold: {
    usage: '--threshold <part>',
    codec: numberText(part),
    usual: '0.75',
    help: 'of a capacity, above which a look counts for a hotspot'
  },
  k: {
    usage: '--k <n>',
    codec: numberText(positiveInteger),
    usual: '2',
    help: 'looks above it that make a hotspot, with a prediction above it'
  },
  n: { usage: '--n <n>', codec: numberText(positiveInteger), usual: '3', help: 'of so many last looks' },
  cases: {
    usage: '--cases <n>',
    codec: numberText(positiveInteger),
    usual: '200',
    help: 'small fleets that --study looks at for each load'
  },
  format: {
    usage: '--format <form>',
    codec: oneOf('text', 'markdown', 'csv', 'json'),
    usual: 'text',
    help: 'text, markdown, csv or json (csv and json in full precision)'
  },
  log: {
    usage: '--log <file>',
    codec: text,
    usual: undefined,
    help: 'where to write in words what was decided and why (-: before the table)'
  },
  svg: {
    usage: '--svg <file>',
    codec: text,
    usual: undefined,
    help: 'where to draw hosts over time: hotspots, predictions, moves and why'
  },
  manager: {
    usage: '--manager <name>',
    codec: text,
    usual: undefined,
    help: 'whose log and picture (default: the log of all, the picture of sandpiper, or else of the last)'
  },
  from: { usage: '--from <time>', codec: durationText, usual: undefined, help: 'when the picture begins, such as 6h' },
  until: { usage: '--until <time>', codec: positiveDurationText, usual: undefined, help: 'when the picture ends' }
} as const

/** What the command line says, as text. */
export type ManageFlags = { readonly [K in keyof typeof flags]?: string } & {
  readonly seed?: string
  readonly json?: boolean
  readonly chart?: boolean
  readonly study?: boolean
  readonly force?: boolean
  readonly quiet?: boolean
}

/** Adds the flags of `manage` to a command. */
export const addManageFlags = (command: Command): Command =>
  Object.values(flags)
    .reduce(
      (to, { usage, usual, help }) => to.addOption(new Option(usage, usual === undefined ? help : `${help} (default: ${usual})`)),
      command
    )
    .option('--json', 'the same as --format json')
    .option('--chart', 'draw hosts over time in the terminal, too')
    .option('--study', 'no day, but how near Sandpiper’s moves and swaps, and packers, come to the optimum in small fleets')
    .option('--force', 'replace files that exist')
    .option('--seed <seed>', `of the day that is made up, and of the memory that moving VMs write: ${seeds}`)
    .option('--quiet', 'no progress on standard error (nor is there any when it is not a terminal)')

/** What was wished for. */
export type Wishes = { readonly [K in keyof typeof flags]: t.TypeOf<(typeof flags)[K]['codec']> | undefined } & {
  readonly [K in Given]: t.TypeOf<(typeof flags)[K]['codec']>
}
type Given = { [K in keyof typeof flags]: (typeof flags)[K]['usual'] extends string ? K : never }[keyof typeof flags]

/** Reads the flags; what cannot be read is added to `problems`, and nothing of the wishes is to be used then. */
export const readManageFlags = (given: ManageFlags, problems: Problem[]): Wishes => {
  const read = flagReader(flags, { ...given, ...(given.json === true && { format: given.format ?? 'json' }) }, problems)
  const wishes = Object.fromEntries(
    Object.entries(flags).map(([name, { usual }]) => {
      const key = name as keyof typeof flags
      return [name, given[key] === undefined && usual === undefined ? undefined : read(key)]
    })
  ) as Wishes
  if (given.json === true && given.format !== undefined && given.format !== 'json')
    problems.push({ path: '--json, --format', expected: 'one of the two', got: 'both' })
  return wishes
}
