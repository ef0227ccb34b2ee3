import { setImmediate } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import * as t from 'io-ts'
import type { Problem } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { fraction, nonNegative, nonNegativeInteger, positiveInteger } from '../../lib/codec/quantities'
import { oneOf } from '../../lib/codec/text'
import { flitRouter } from '../../lib/noc/flitRouter'
import { assumedFlitEnergy } from '../../lib/noc/nocEnergy'
import { key } from '../../lib/random/random'
import { isInputError, refusals } from '../experiment/inputError'
import { reproducedText } from '../reproduce/reproducedText'
import { action, type Ending, ended, refused } from './action'
import { flagReader } from './flagReader'
import { seedFrom, seeds } from './flags'
import { nocCurve } from './nocCurve'
import { nocPattern, nocRoutings, nocSetup, nocTopologies, nocTraffics } from './nocSetup'
import { terminalLine } from './progress'

type Flags = { readonly [K in keyof typeof flags]?: string } & {
  readonly speculative?: boolean
  readonly waitForTailCredit?: boolean
  readonly seed?: string
  readonly quiet?: boolean
}

/** Numbers with something between them, as text. */
const numbersText = (name: string, between: string, holds: (n: number) => boolean): t.Type<readonly number[], unknown> => {
  const is = (u: unknown): u is readonly number[] => Array.isArray(u) && u.length > 0 && u.every((n) => typeof n === 'number' && holds(n))
  return new t.Type<readonly number[], unknown>(
    name,
    is,
    (u, context) => {
      const read = typeof u === 'string' ? u.split(between).map((part) => (part.trim() === '' ? Number.NaN : Number(part))) : u
      return is(read) ? t.success(read) : t.failure(u, context)
    },
    String
  )
}

/** What the flags are called, how they are read, what they are when they are absent (`undefined`: the wiring decides), and what they mean. */
const flags = {
  topology: { usage: '--topology <kind>', codec: oneOf(...nocTopologies), usual: 'torus', help: `wiring: ${nocTopologies.join(', ')}` },
  radices: {
    usage: '--radices <n>x<n>...',
    codec: numbersText('nodes in each dimension, such as "4x4"', 'x', (n) => Number.isSafeInteger(n) && n >= 1),
    usual: '4x4',
    help: 'nodes in each dimension of a mesh or torus, lowest first'
  },
  vcs: {
    usage: '--vcs <n>',
    codec: numberText(positiveInteger),
    usual: undefined,
    help: 'virtual channels of a link (default: 2 on a torus with datelines, else 1)'
  },
  routing: {
    usage: '--routing <kind>',
    codec: oneOf(...nocRoutings),
    usual: undefined,
    help: 'dimension-order (default; datelines on a torus), no-datelines (which may deadlock), or feed-forward (source routes without a ring; default on the MPPA-256)'
  },
  traffic: { usage: '--traffic <pattern>', codec: oneOf(...nocTraffics), usual: 'uniform', help: nocTraffics.join(', ') },
  hotspotNode: { usage: '--hotspot-node <n>', codec: numberText(nonNegativeInteger), usual: '0', help: 'of hotspot traffic' },
  hotspotShare: { usage: '--hotspot-share <x>', codec: numberText(fraction), usual: '0.1', help: 'of all packets, to that node' },
  flits: { usage: '--flits <n>', codec: numberText(positiveInteger), usual: '8', help: 'of a packet, header included' },
  offered: {
    usage: '--offered <x>,<x>...',
    codec: numbersText('loads above 0 with commas between them, such as "0.1,0.2"', ',', (n) => Number.isFinite(n) && n > 0),
    usual: '0.05,0.1,0.2,0.3,0.4,0.5,0.6',
    help: 'loads, in flits a node and cycle'
  },
  fidelity: {
    usage: '--fidelity <kind>',
    codec: oneOf('flit', 'hop'),
    usual: 'flit',
    help: 'flit by flit, or one event a hop (faster, too fast under load)'
  },
  cycles: { usage: '--cycles <n>', codec: numberText(positiveInteger), usual: '20000', help: 'that are measured, at each load' },
  warmup: { usage: '--warmup <n>', codec: numberText(nonNegativeInteger), usual: '4000', help: 'cycles before' },
  bufferFlits: { usage: '--buffer-flits <n>', codec: numberText(positiveInteger), usual: '8', help: 'that a virtual channel holds' },
  routingDelay: {
    usage: '--routing-delay <n>',
    codec: numberText(nonNegativeInteger),
    usual: '1',
    help: 'cycles of route computation; 0: looked ahead'
  },
  traversalDelay: { usage: '--traversal-delay <n>', codec: numberText(positiveInteger), usual: '1', help: 'cycles through the switch' },
  linkLatency: { usage: '--link-latency <n>', codec: numberText(positiveInteger), usual: '1', help: 'cycles on a link' },
  creditDelay: {
    usage: '--credit-delay <n>',
    codec: numberText(nonNegativeInteger),
    usual: '0',
    help: 'cycles until a credit that is back counts'
  },
  allocIterations: {
    usage: '--alloc-iterations <n>',
    codec: numberText(positiveInteger),
    usual: '1',
    help: 'of iSLIP, in each allocation'
  },
  linkEnergy: {
    usage: '--link-energy <pJ>',
    codec: numberText(nonNegative),
    usual: String(assumedFlitEnergy.linkPicojoules),
    help: 'of a flit through a router and over a link (a round figure, no measurement)'
  },
  terminalEnergy: {
    usage: '--terminal-energy <pJ>',
    codec: numberText(nonNegative),
    usual: String(assumedFlitEnergy.terminalPicojoules),
    help: 'of a flit through its last router (a round figure, no measurement)'
  },
  format: {
    usage: '--format <form>',
    codec: oneOf('text', 'markdown', 'csv'),
    usual: 'text',
    help: 'text, markdown or csv (csv in full precision)'
  }
} as const

const examples = `
Examples:
  transhume noc
  transhume noc --topology mesh --radices 8x8 --traffic transpose --flits 4
  transhume noc --topology mppa256 --flits 65 --offered 0.05,0.1,0.2
  transhume noc --routing no-datelines --flits 16 --offered 0.8        (deadlocks: exit code 1)`

/** Adds `noc`: the latency curve of a network on chip. */
export const addNocCommand = (program: Command): Command =>
  Object.values(flags)
    .reduce(
      (to, { usage, usual, help }) => to.addOption(new Option(usage, usual === undefined ? help : `${help} (default: ${usual})`)),
      program
        .command('noc')
        .description(
          'the latency of a network on chip over its load, whether its channels depend on each other in a ring, and what a flit costs; exits with 1 when it deadlocks'
        )
    )
    .option('--speculative', 'heads bid for the switch while they bid for a virtual channel')
    .option('--wait-for-tail-credit', 'a virtual channel is given on only when it has emptied')
    .option('--seed <seed>', `of arrivals, destinations and equal ways: ${seeds}`)
    .option('--quiet', 'no progress on standard error (nor is there any when it is not a terminal)')
    .addHelpText('after', examples)
    .action(action((signal, _flags: Flags, command: Command) => noc(command.optsWithGlobals(), signal)))

const noc = async (given: Flags, signal: AbortSignal): Promise<Ending> => {
  const errors: Problem[] = []
  const read = flagReader(flags, given, errors)
  const wished = <K extends keyof typeof flags>(name: K): ReadAs<K> | undefined => (given[name] === undefined ? undefined : read(name))
  const wishes = { topology: read('topology'), radices: read('radices'), routing: wished('routing'), vcs: wished('vcs') }
  const [traffic, flits, offered, fidelity, format] = [read('traffic'), read('flits'), read('offered'), read('fidelity'), read('format')]
  const hotspot = { at: read('hotspotNode'), share: read('hotspotShare') }
  const span = { cycles: read('cycles'), warmup: read('warmup') }
  const energy = { linkPicojoules: read('linkEnergy'), terminalPicojoules: read('terminalEnergy') }
  const pipeline = {
    bufferFlits: read('bufferFlits'),
    routingDelay: read('routingDelay'),
    traversalDelay: read('traversalDelay'),
    linkLatency: read('linkLatency'),
    creditDelay: read('creditDelay'),
    allocIterations: read('allocIterations'),
    speculative: given.speculative === true,
    waitForTailCredit: given.waitForTailCredit === true
  }
  if (errors.length > 0) return refused(...errors)
  const wrong = contradictions(given, wishes, { flits, most: Math.max(...offered) })
  if (wrong.length > 0) return refused(...wrong)
  const setup = refusals('--radices', () => nocSetup(wishes))
  if (isInputError(setup)) return refused({ ...setup, expected: withoutName(setup.expected) })
  const router = refusals('router', () => flitRouter(pipeline))
  if (isInputError(router)) return refused({ ...router, expected: withoutName(router.expected) })
  const fits = refusals('--traffic', () => nocPattern(setup.topology, traffic, key(1), hotspot))
  if (isInputError(fits)) {
    const [path, got] = traffic === 'hotspot' ? ['--hotspot-node', String(hotspot.at)] : ['--traffic', traffic]
    return refused({ path, expected: `what fits ${setup.topology.name} (${withoutName(fits.expected)})`, got })
  }
  const seed = seedFrom(given.seed) ?? 1
  const line = terminalLine({ quiet: given.quiet === true })
  const progress = async (what: string): Promise<void> => {
    line.show(what)
    await setImmediate()
    if (signal.aborted) throw interruption
  }
  try {
    const options = { setup, router, fidelity, traffic, hotspot, flits, offered, ...span, energy, seed, progress }
    const { deadlocked, ...reproduced } = await nocCurve(options)
    line.clear()
    const by = fidelity === 'flit' ? 'flit by flit' : 'one event a hop'
    const sentence = `${setup.sentence}; ${traffic} traffic, packets of ${flits} flit${flits === 1 ? '' : 's'}, ${by}`
    const reproduction = { name: 'noc', sentence, source: 'simulated; against BookSim2: reproduce booksim2' }
    process.stdout.write(`${reproducedText(format, { reproduction, seed, reproduced })}\n`)
    return deadlocked ? { type: 'failed' } : ended
  } catch (error) {
    if (error !== interruption) throw error
    line.clear()
    return { type: 'interrupted' }
  }
}

/** A brick's rule without the brick's name, which nobody at the command line knows. */
const withoutName = (rule: string): string => rule.replace(/^[\w ]+: /, '')

type Wishes = Parameters<typeof nocSetup>[0]

/** What the flags ask for that does not go together. */
const contradictions = (
  given: Flags,
  { topology, routing, vcs }: Wishes,
  { flits, most }: { readonly flits: number; readonly most: number }
): readonly Problem[] => {
  const datelines = topology === 'torus' && (routing ?? 'dimension-order') === 'dimension-order'
  const problems: readonly (Problem | false)[] = [
    most > flits && {
      path: '--offered',
      expected: `at most the ${flits} flits of a packet, as a node starts one a cycle`,
      got: String(most)
    },
    topology === 'mppa256' &&
      given.radices !== undefined && { path: '--radices', expected: 'none beside --topology mppa256', got: JSON.stringify(given.radices) },
    topology === 'mppa256' &&
      routing !== undefined &&
      routing !== 'feed-forward' && { path: '--routing', expected: 'feed-forward on the MPPA-256, which is no plain torus', got: routing },
    vcs !== undefined && vcs > 32 && { path: '--vcs', expected: 'at most 32', got: String(vcs) },
    vcs === 1 && datelines && { path: '--vcs', expected: 'at least 2 for the datelines of a torus, or --routing feed-forward', got: '1' }
  ]
  return problems.filter((problem) => problem !== false)
}

type ReadAs<K extends keyof typeof flags> = t.TypeOf<(typeof flags)[K]['codec']>

/** What `progress` throws when Ctrl-C was pressed. */
const interruption = new Error('interrupted')
