import { type Command, Option } from 'commander'
import * as t from 'io-ts'
import type { Problem } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { observedFields, secondsOf } from '../../lib/codec/observationCsv'
import { nonNegativeInteger, part, positiveInteger } from '../../lib/codec/quantities'
import { positiveDurationText, positiveRateText } from '../../lib/codec/quantityText'
import { refined } from '../../lib/codec/refined'
import { oneOf, text } from '../../lib/codec/text'
import { sandpiperHotspots } from '../../lib/hotspot/hotspotOptions'
import { type PrometheusPreset, prometheusPresets } from '../monitors/prometheusPresets'
import { flagReader } from './flagReader'
import { seeds } from './flags'

const timeText = new t.Type<number, unknown>(
  'a time in s since 1970 or as in RFC 3339, such as "2026-03-01T12:00:00Z"',
  t.number.is,
  (u, context) => {
    const seconds = typeof u === 'string' ? secondsOf(u.trim()) : Number.NaN
    return Number.isNaN(seconds) ? t.failure(u, context) : t.success(seconds)
  },
  String
)

const presetNames = Object.keys(prometheusPresets) as readonly (keyof typeof prometheusPresets)[]

/** What the flags are called, how they are read, what they are when they are absent (`undefined`: see their help), and what they mean. */
const flags = {
  prometheus: {
    usage: '--prometheus <url>',
    codec: text,
    usual: undefined,
    help: 'ask this Prometheus server instead of a file, such as http://127.0.0.1:9090'
  },
  preset: {
    usage: '--preset <exporter>',
    codec: oneOf(...presetNames),
    usual: undefined,
    help: `queries for what an exporter exports: ${presetNames.join(', ')}`
  },
  label: {
    usage: '--label <label>',
    codec: text,
    usual: undefined,
    help: 'of a series, which names the VM or host (default: instance, or that of the preset)'
  },
  from: {
    usage: '--from <time>',
    codec: timeText,
    usual: undefined,
    help: 'when to begin, in s since 1970 or as in RFC 3339 (default: a window before --until)'
  },
  until: { usage: '--until <time>', codec: timeText, usual: undefined, help: 'when to end (default: now)' },
  of: {
    usage: '--of <kind>',
    codec: oneOf('vm', 'host'),
    usual: undefined,
    help: 'vm or host: whose observations (default: vm, or those of the preset)'
  },
  every: {
    usage: '--every <time>',
    codec: positiveDurationText,
    usual: undefined,
    help: 'how long a slot is (default: what mostly lies between two observations; of PlanetLab and Bitbrains 5 min; of a server 1 min)'
  },
  threshold: {
    usage: '--threshold <part>',
    codec: numberText(part),
    usual: String(sandpiperHotspots.threshold),
    help: 'of a capacity, above which a slot counts'
  },
  k: {
    usage: '--k <n>',
    codec: numberText(positiveInteger),
    usual: String(sandpiperHotspots.k),
    help: 'slots above it that make a hotspot, with a prediction above it'
  },
  n: { usage: '--n <n>', codec: numberText(positiveInteger), usual: String(sandpiperHotspots.n), help: 'of so many last slots' },
  window: {
    usage: '--window <n>',
    codec: numberText(positiveInteger),
    usual: String(sandpiperHotspots.window),
    help: 'slots that predictions are made from'
  },
  patience: { usage: '--patience <n>', codec: numberText(nonNegativeInteger), usual: '1', help: 'slots that a report may be late' },
  network: {
    usage: '--network <rate>',
    codec: positiveRateText,
    usual: undefined,
    help: 'what a network card carries both ways; without it network is not watched'
  },
  swap: {
    usage: '--swap <rate>',
    codec: positiveRateText,
    usual: '1MB/s',
    help: 'swap activity above which memory is short (ours; the paper has no figure that is known here)'
  },
  vms: {
    usage: '--vms <n>',
    codec: numberText(positiveInteger),
    usual: undefined,
    help: 'VMs of a day that is made up (default 200); of a server, for how many names there is room (default 4096)'
  },
  format: {
    usage: '--format <form>',
    codec: oneOf('text', 'markdown', 'csv', 'json'),
    usual: 'text',
    help: 'text, markdown, csv or json (csv and json in full precision)'
  }
} as const

/** What the command line says, as text. */
export type HotspotsFlags = { readonly [K in keyof typeof flags]?: string } & {
  readonly query?: readonly string[]
  readonly follow?: boolean
  readonly json?: boolean
  readonly seed?: string
  readonly quiet?: boolean
}

/** Adds the flags of `hotspots` to a command. */
export const addHotspotsFlags = (command: Command): Command =>
  Object.values(flags)
    .reduce(
      (to, { usage, usual, help }) => to.addOption(new Option(usage, usual === undefined ? help : `${help} (default: ${usual})`)),
      command
    )
    .addOption(
      new Option(
        '--query <figure=PromQL>',
        `a query for a figure (${observedFields.join(', ')}); $step in it stands for the slot, $range for a range of several samples; again for each figure. A plain metric is repeated by the server for 5 min when samples are lost, last_over_time(metric[$step]) is not`
      ).argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
    )
    .option('--follow', 'go on with what the server has in time to come, and tell hotspots as they begin and end, until Ctrl-C')
    .option('--json', 'the same as --format json')
    .option('--seed <seed>', `of the day that is made up: ${seeds}`)
    .option('--quiet', 'no progress on standard error (nor is there any when it is not a terminal)')

type Given = { [K in keyof typeof flags]: (typeof flags)[K]['usual'] extends string ? K : never }[keyof typeof flags]

/** What was wished for. */
export type HotspotsWishes = { readonly [K in keyof typeof flags]: t.TypeOf<(typeof flags)[K]['codec']> | undefined } & {
  readonly [K in Given]: t.TypeOf<(typeof flags)[K]['codec']>
} & { readonly queries: Readonly<Record<string, string>>; readonly chosen: PrometheusPreset | undefined }

/** Reads the flags; what cannot be read, and what does not go together, is added to `problems`, and nothing of the wishes is to be used then. */
export const readHotspotsFlags = (path: string | undefined, given: HotspotsFlags, problems: Problem[]): HotspotsWishes => {
  const { query = [], follow, json, ...texts } = given
  const read = flagReader(flags, { ...texts, ...(json === true && { format: given.format ?? 'json' }) }, problems)
  const wishes = Object.fromEntries(
    Object.entries(flags).map(([name, { usual }]) => {
      const key = name as keyof typeof flags
      return [name, given[key] === undefined && usual === undefined && !(key === 'format') ? undefined : read(key)]
    })
  ) as Omit<HotspotsWishes, 'queries' | 'chosen'>
  const queries = Object.fromEntries(query.map((one) => queryIn(one, problems)))
  const refuse = (path: string, expected: string, got: string): unknown => problems.push({ path, expected, got })
  if (json === true && given.format !== undefined && given.format !== 'json') refuse('--json, --format', 'one of the two', 'both')
  if (path !== undefined && given.prometheus !== undefined) refuse('--prometheus', 'a path or a server', 'both')
  if (given.prometheus === undefined)
    for (const key of ['preset', 'label', 'from', 'until', 'query', 'follow'] as const)
      if (given[key] !== undefined) refuse(`--${key}`, 'a server that is asked (--prometheus)', 'none')
  if (given.prometheus !== undefined && query.length === 0 && given.preset === undefined)
    refuse('--prometheus', 'what to ask it (--query cpu=.., or --preset)', 'nothing')
  if (follow === true && given.until !== undefined) refuse('--until', 'no end of what is followed', given.until)
  const { from, until } = wishes
  if (from !== undefined && until !== undefined && until < from) refuse('--until', 'a time after --from', 'one before it')
  if (given.seed !== undefined && (path ?? given.prometheus) !== undefined) refuse('--seed', 'none beside what was recorded', given.seed)
  if (given.vms !== undefined && path !== undefined) refuse('--vms', 'none beside a file', given.vms)
  return { ...wishes, queries, chosen: wishes.preset === undefined ? undefined : prometheusPresets[wishes.preset] }
}

const fieldName = refined(observedFields.join(', '), (u): u is (typeof observedFields)[number] =>
  observedFields.some((field) => field === u)
)

const queryIn = (query: string, problems: Problem[]): readonly [string, string] => {
  const at = query.indexOf('=')
  const [field, promQl] = at < 0 ? [query, ''] : [query.slice(0, at).trim(), query.slice(at + 1).trim()]
  if (!fieldName.is(field) || promQl === '')
    problems.push({
      path: '--query',
      expected: `a figure and its query, such as cpu=vm_cpu (figures: ${fieldName.name})`,
      got: JSON.stringify(query)
    })
  return [field, promQl]
}
