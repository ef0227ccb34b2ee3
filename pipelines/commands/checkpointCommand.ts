import { type Command, Option } from 'commander'
import { atOnce, evenly, inGroups, type Staggering } from '../../lib/checkpoint/staggering'
import { stopAndSave, tlc } from '../../lib/checkpoint/tlc'
import type { Problem } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { nonNegative, positiveInteger } from '../../lib/codec/quantities'
import { durationText, positiveDurationText, positiveRateText, sizeText } from '../../lib/codec/quantityText'
import { oneOf } from '../../lib/codec/text'
import { formatBytes } from '../../lib/report/numbers'
import { formatTime } from '../../lib/time/time'
import { isInputError, refusals } from '../experiment/inputError'
import { simulateAll } from '../experiment/simulate'
import { bareNs, type FleetFigures, type FleetOptions, fleet, fleetFigures } from '../fleet'
import { reproducedText } from '../reproduce/reproducedText'
import type { Cell, ReproducedColumn } from '../reproduce/reproduction'
import { action, type Ending, ended, refused } from './action'
import { flagReader } from './flagReader'
import { seedFrom, seeds } from './flags'
import { terminalLine } from './progress'

type Flags = { readonly [K in keyof typeof flags]?: string } & { readonly seed?: string; readonly quiet?: boolean }

/** What the flags are called, how they are read, what they are when they are absent, and what they mean. */
const flags = {
  guests: { usage: '--guests <n>', codec: numberText(positiveInteger), usual: '32', help: 'guests, each on a host of its own' },
  memory: { usage: '--memory <size>', codec: sizeText, usual: '2GiB', help: 'of each guest; a multiple of 4 KiB' },
  writesPerSecond: {
    usage: '--writes-per-second <n>',
    codec: numberText(nonNegative),
    usual: '50000',
    help: 'page writes of each, 9 of 10 to a tenth of its pages'
  },
  servers: {
    usage: '--servers <n>',
    codec: numberText(positiveInteger),
    usual: '4',
    help: 'memory servers, each of which has its part of every image'
  },
  copies: { usage: '--copies <n>', codec: numberText(positiveInteger), usual: '1', help: 'servers that have each page' },
  card: {
    usage: '--card <rate>',
    codec: positiveRateText,
    usual: '10Gbit/s',
    help: 'what the card of each host and each server carries, each way'
  },
  link: { usage: '--link <rate>', codec: positiveRateText, usual: '40Gbit/s', help: 'what lies between all of them' },
  times: { usage: '--times <n>', codec: numberText(positiveInteger), usual: '1', help: 'checkpoints of each guest' },
  every: { usage: '--every <time>', codec: positiveDurationText, usual: '60s', help: 'from one to the next, with --times' },
  fullEvery: {
    usage: '--full-every <n>',
    codec: numberText(positiveInteger),
    usual: '1',
    help: 'every so many images one of everything, the others of what has changed'
  },
  interval: {
    usage: '--interval <time>',
    codec: durationText,
    usual: '100ms',
    help: 'between the interruptions of a live checkpoint; 0s: stop and save'
  },
  format: { usage: '--format <form>', codec: oneOf('text', 'markdown', 'csv', 'json'), usual: 'text', help: 'text, markdown, csv or json' }
} as const

/** Adds `checkpoint`: many guests checkpointed to few memory servers, at once and staggered. */
export const addCheckpointCommand = (program: Command): Command =>
  Object.values(flags)
    .reduce(
      (to, { usage, usual, help }) => to.addOption(new Option(usage, `${help} (default: ${usual})`)),
      program
        .command('checkpoint')
        .description(
          'checkpoint many guests to few memory servers, all at once and staggered: the load on servers and link, and what it costs the guests'
        )
    )
    .option('--seed <seed>', `of the guests' writes: ${seeds}`)
    .option('--quiet', 'no progress on standard error (nor is there any when it is not a terminal)')
    .action(action((signal, _flags: Flags, command: Command) => checkpoint(command.optsWithGlobals(), signal)))

const checkpoint = async (given: Flags, signal: AbortSignal): Promise<Ending> => {
  const errors: Problem[] = []
  const read = flagReader(flags, given, errors)
  const interval = read('interval')
  const format = read('format')
  const options: FleetOptions = {
    guests: read('guests'),
    memoryBytes: read('memory'),
    writesPerSecond: read('writesPerSecond'),
    servers: read('servers'),
    copies: read('copies'),
    cardBytesPerSecond: read('card'),
    linkBytesPerSecond: read('link'),
    times: read('times'),
    every: read('every'),
    fullEvery: read('fullEvery'),
    method: interval === 0 ? stopAndSave : tlc({ everyNs: interval })
  }
  if (options.memoryBytes !== undefined && (options.memoryBytes === 0 || options.memoryBytes % 4096 !== 0))
    errors.push({ path: '--memory', expected: 'a multiple of 4 KiB above 0', got: String(given.memory) })
  if (options.copies !== undefined && options.servers !== undefined && options.copies > options.servers)
    errors.push({ path: '--copies', expected: `at most the ${options.servers} servers`, got: String(given.copies) })
  if (errors.length > 0) return refused(...errors)
  const seed = seedFrom(given.seed) ?? 1
  const line = terminalLine({ quiet: given.quiet === true })
  const rows: Cell[][] = []
  const made = refusals('--memory', () => fleet(options))
  if (isInputError(made)) return refused(made)
  const { world, pipelines } = made
  for (const { name, rule } of rulesFor(options)) {
    let state = fleetFigures.init()
    const whole = await simulateAll(
      { pipelines: pipelines(rule), world, seed, startAt: 0, until: LIMIT_NS },
      {
        entry: (entry) => {
          state = fleetFigures.step(state, entry)
        },
        progress: (at) => line.show(`${name}: ${formatTime(at)} of virtual time`),
        signal
      }
    )
    if (!whole) {
      line.clear()
      return { type: 'interrupted' }
    }
    rows.push(rowOf(name, fleetFigures.done(state)))
  }
  line.clear()
  const { guests, memoryBytes, writesPerSecond, servers } = options
  const reproduction = {
    name: 'checkpoint',
    sentence: `${guests} guests of ${formatBytes(memoryBytes)} that write ${writesPerSecond} pages a second each, to ${servers} memory server${servers === 1 ? '' : 's'}`,
    source: 'simulated; nothing published'
  }
  const tables = [{ title: 'all at once and staggered', columns, rows }]
  process.stdout.write(`${reproducedText(format, { reproduction, seed, reproduced: { tables, verdicts: [], notes: notesOf(options) } })}\n`)
  return ended
}

/** Virtual time at which a run is ended: an hour. */
const LIMIT_NS = 3_600_000_000_000

/** How much more time than the bare transfer a staggered fleet is given: what is written meanwhile is written, too. */
const SPARE = 1.25

const rulesFor = (options: FleetOptions): readonly { readonly name: string; readonly rule: Staggering }[] => {
  const { servers, guests } = options
  const all = Math.ceil(bareNs(options) * SPARE)
  const apart = Math.ceil((all * Math.min(servers, guests)) / guests)
  return [
    { name: 'all at once', rule: atOnce },
    { name: `evenly over ${formatTime(rounded(all))}`, rule: evenly(rounded(all)) },
    { name: `${servers} at a time, ${formatTime(rounded(apart))} apart`, rule: inGroups({ size: servers, apartNs: rounded(apart) }) }
  ]
}

/** To whole milliseconds, upwards. */
const rounded = (ns: number): number => Math.ceil(ns / 1e6) * 1e6

const columns: readonly ReproducedColumn[] = [
  { name: 'when' },
  { name: 'images' },
  { name: 'until the last', unit: 's', decimals: 1 },
  { name: 'together' },
  { name: 'an image', unit: 's', decimals: 2 },
  { name: 'guest stopped', unit: 's', decimals: 3 },
  { name: 'longest stop, mean', unit: 's', decimals: 3 },
  { name: 'most', unit: 's', decimals: 3 },
  { name: 'hash', unit: '%', decimals: 1 },
  { name: 'written', unit: 'GB', decimals: 1 },
  { name: 'servers busy', unit: '%', decimals: 0 },
  { name: 'full', unit: '%', decimals: 0 },
  { name: 'link full', unit: '%', decimals: 0 }
]

const rowOf = (name: string, of: FleetFigures): Cell[] => [
  name,
  of.images,
  of.untilNs / 1e9,
  of.together,
  of.imageNs.mean / 1e9,
  of.stoppedNs.mean / 1e9,
  of.longestStopNs.mean / 1e9,
  of.longestStopNs.most / 1e9,
  of.hashShare * 100,
  of.bytes / 1e9,
  of.servers.busy * 100,
  of.servers.full * 100,
  of.link.full * 100
]

const notesOf = (options: FleetOptions): readonly string[] => [
  `An image of every guest needs ${formatTime(rounded(bareNs(options)))} through the servers or the link, if nothing is written meanwhile; staggered, the fleet is given ${SPARE} of that.`,
  'An image, guest stopped: means over all images, the stop of an image being all its interruptions and its last stop together. Hash: pages found written while an image was made, of its working set. Servers, link: of the time until the last image.'
]
