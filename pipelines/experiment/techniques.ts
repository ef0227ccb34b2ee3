import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import { usualIntervalNs } from '../../lib/migration/timeBounded'
import { milliseconds, type Time } from '../../lib/time/time'
import { engines } from '../engines'

/** A technique that has a name on the command line: what it does in a sentence, where it comes from, and its configuration. */
export type NamedTechnique = {
  readonly name: string
  readonly sentence: string
  readonly source: string
  readonly config: TechniqueConfig
}

/**
 * The four techniques and their improvements by name, as `npm start` compares them. `downtimeLimit`: the expected downtime in nanoseconds at which the
 * pre-copies stop (default 300 ms, QEMU's default for downtime-limit, migration/options.c, 10.2).
 */
export const techniques = ({ downtimeLimit = milliseconds(300) }: { readonly downtimeLimit?: Time } = {}): readonly NamedTechnique[] => {
  const until = {
    type: 'or',
    rules: [
      { type: 'downtimeWithin', limit: downtimeLimit },
      { type: 'roundsAtMost', rounds: 30 }
    ]
  } as const
  return [
    {
      name: 'stop-and-copy',
      sentence: 'pauses the guest, copies everything, goes on at the target',
      source: 'Clark et al., NSDI 2005, §3.1',
      config: { type: 'stop-and-copy' }
    },
    {
      name: 'pre-copy',
      sentence: 'copies in rounds while the guest runs, and pauses it for the last pages',
      source: 'Clark et al., NSDI 2005; stops as QEMU 10.2 does',
      config: { type: 'pre-copy', until }
    },
    {
      name: 'pre-copy-skip',
      sentence: 'pre-copy that holds back pages that are written again and again',
      source: 'Clark et al., NSDI 2005, §4.1 and §5.4',
      config: {
        type: 'pre-copy',
        until,
        skip: { type: 'both', rules: [{ type: 'peek' }, { type: 'frequentlyDirtied', atLeast: 2, of: 3 }] }
      }
    },
    {
      name: 'pre-copy-clark',
      sentence: 'pre-copy with each round only 50 Mbit/s faster than the guest wrote in the last',
      source: 'Clark et al., NSDI 2005, §5.3',
      config: {
        type: 'pre-copy',
        until: {
          type: 'or',
          rules: [
            { type: 'residualBelow', size: 256 * 1024 },
            { type: 'rateAbove', max: 62_500_000 },
            { type: 'roundsAtMost', rounds: 30 }
          ]
        },
        pacing: { type: 'clarkDynamic' }
      }
    },
    {
      name: 'pre-copy-throttle',
      sentence: 'pre-copy that slows the guest down until the rounds shrink',
      source: 'auto-converge of QEMU 10.2',
      config: { type: 'pre-copy', until, throttle: { type: 'autoConverge' } }
    },
    {
      name: 'post-copy-demand',
      sentence: 'moves at once; each page follows when the guest first touches it, and no other',
      source: 'Hines & Gopalan, VEE 2009, §3',
      config: { type: 'post-copy', prepaging: { type: 'demandOnly' } }
    },
    {
      name: 'post-copy-push',
      sentence: 'moves at once; touched pages first, meanwhile the others by address',
      source: 'Hines & Gopalan, VEE 2009, §3',
      config: { type: 'post-copy', prepaging: { type: 'activePush' } }
    },
    {
      name: 'post-copy',
      sentence: 'moves at once; touched pages first, meanwhile outward from the last of them (the pivot)',
      source: 'Hines & Gopalan, VEE 2009, §3',
      config: { type: 'post-copy', prepaging: { type: 'bubbling' } }
    },
    {
      name: 'post-copy-pivots',
      sentence: 'post-copy outward from the seven pages touched last',
      source: 'Hines, Deshpande & Gopalan, OSR 43(3), 2009, §3.2',
      config: { type: 'post-copy', prepaging: { type: 'bubbling', pivots: 7 } }
    },
    {
      name: 'post-copy-lru',
      sentence: 'post-copy outward among pages used at about the same time, not neighbours in memory',
      source: 'Hines, Deshpande & Gopalan, OSR 43(3), 2009, §4.3',
      config: { type: 'post-copy', prepaging: { type: 'leastRecentlyUsed' } }
    },
    {
      name: 'hybrid',
      sentence: 'one round of pre-copy, then post-copy of what was written meanwhile',
      source: 'Hines & Gopalan, VEE 2009, §3',
      config: { type: 'hybrid' }
    }
  ]
}

/**
 * Techniques that have a name, too, and are compared when they are named: time-bounded migration, QEMU with its windows, and the engines' own policies (pipelines/engines). `intervalNs`: between two dirty updates of TLM (default
 * 3 s, the paper's, for guests of many GiB). `downtimeLimit`: of QEMU (default its 300 ms).
 */
export const furtherTechniques = ({
  intervalNs = usualIntervalNs,
  downtimeLimit = milliseconds(300)
}: {
  readonly intervalNs?: Time
  readonly downtimeLimit?: Time
} = {}): readonly NamedTechnique[] => [
  {
    name: 'tlm',
    sentence: 'walks memory once while a second sender follows the writes; over within a bound that is known beforehand',
    source: 'Chanchio & Thaenkaew, CCGrid 2014',
    config: { type: 'tlm', interval: intervalNs }
  },
  {
    name: 'tlm-1s',
    sentence: 'walks memory once, and sends what was written meanwhile when the guest stands still',
    source: 'Chanchio & Thaenkaew, CCGrid 2014',
    config: { type: 'tlm', interval: null }
  },
  {
    name: 'qemu-7.2',
    sentence: 'windows of 100 ms; reads the log early when the rest seems to fit into the downtime limit',
    source: 'QEMU 7.2, migration/migration.c and migration/ram.c',
    config: { type: 'qemu', version: '7.2', downtimeLimit: downtimeLimit }
  },
  {
    name: 'qemu-10.2',
    sentence: 'the same loop, with a dirty limit where that is asked for',
    source: 'QEMU 10.2, migration/migration.c and migration/ram.c',
    config: { type: 'qemu', version: '10.2', downtimeLimit: downtimeLimit }
  },
  ...engines.map(({ name, sentence, source }): NamedTechnique => ({ name, sentence, source, config: { type: 'engine', engine: name } }))
]

/** What a technique is called in tables and journals: the name it was given, or its engine's, or its type. */
export const nameOf = (config: TechniqueConfig): string => config.name ?? ofItsOwn(config)

const ofItsOwn = (config: TechniqueConfig): string =>
  config.type === 'engine' ? config.engine : config.type === 'qemu' ? `qemu-${config.version}` : config.type
