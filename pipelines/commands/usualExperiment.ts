import type { Config } from '../../lib/codec/config'
import { milliseconds, seconds, type Time } from '../../lib/time/time'
import { furtherTechniques, type NamedTechnique, techniques } from '../experiment/techniques'

/** The expected downtime at which the named pre-copies stop on the command line: QEMU's 300 ms would be all of a shipped trace's memory. */
export const usualDowntimeLimit: Time = milliseconds(20)

/** The techniques by name, as configurations that bear their names. */
export const namedTechniques = (downtimeLimit: Time = usualDowntimeLimit): readonly NamedTechnique[] => techniques({ downtimeLimit })

/** Twenty milliseconds between two dirty updates: a shipped trace's memory is sent in a tenth of a second, in which the paper's 3 s would never end. */
const updateInterval: Time = milliseconds(20)

/** The techniques that are compared when they are named, and not otherwise. */
export const furtherNamed = (downtimeLimit: Time = usualDowntimeLimit): readonly NamedTechnique[] =>
  furtherTechniques({ intervalNs: updateInterval, downtimeLimit })

/**
 * The experiment of the command line where nothing else is said: a shipped trace, again and again, over a gigabit link (Clark et al., NSDI 2005, §6), the
 * migration beginning when the program has warmed up.
 */
export const usualExperiment = (chosen: readonly NamedTechnique[]): Config => ({
  guest: { kind: 'process', workload: { type: 'recorded', trace: 'zstd', instructionsPerSecond: 1e9, atEnd: 'repeat' } },
  link: { bandwidth: 125e6 },
  techniques: chosen.map(({ name, config }) => ({ ...config, name })),
  startAt: milliseconds(100),
  limit: seconds(60),
  progressEvery: milliseconds(2),
  seed: 1
})
