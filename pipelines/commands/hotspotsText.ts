import type { HotspotSpell, SpellEvent } from '../../lib/hotspot/hotspotSpells'
import { clock, spanText } from '../../lib/report/fleetWords'
import { grid, type Head } from '../../lib/report/grid'
import { formatNumber } from '../../lib/report/numbers'
import type { Time } from '../../lib/time/time'
import type { ObservedSource } from './hotspotsSource'

/** What was watched, and what came of it: the source, the rule in figures, who was seen, the resources that it told anything of, slots, samples that are lost and that came too late, and why it ended before its time, if it did. */
export type WatchedHotspots = {
  readonly source: Pick<ObservedSource, 'source' | 'of' | 'everyNs' | 'fromSeconds'>
  readonly rule: { readonly threshold: number; readonly k: number; readonly n: number; readonly window: number }
  readonly names: number
  readonly resources: readonly string[]
  readonly slots: number
  readonly lost: number
  readonly late: number
  readonly spells: readonly HotspotSpell[]
  readonly ended?: string
}

/** Hotspots that were found, as a table with units and a sentence, or for programs. */
export const hotspotsText = (form: 'text' | 'markdown' | 'csv' | 'json', found: WatchedHotspots): string => {
  if (form === 'json') return json(found)
  if (form === 'csv') return csv(found)
  const table = found.spells.length === 0 ? [] : [grid(form, headsOf(found), found.spells.map(cellsOf(found))), '']
  return [head(found), `source: ${found.source.source}`, '', ...table, hotspotsSentence(found)].join('\n')
}

/** What happens to a hotspot while it is watched, in a line. */
export const spellLine = (source: WatchedHotspots['source'], { type, spell }: SpellEvent): string => {
  const { name, resource, since, until, above, n, value, predicted } = spell
  const at = whenText(source, type === 'ends' ? until : since)
  if (type !== 'begins')
    return `${at}  ${name}  ${resource}  ${type === 'ends' ? 'ends' : 'goes on'} after ${longText((until ?? since) - since)}`
  return `${at}  ${name}  ${resource}  begins: ${above} of ${n} slots above, ${percent(value)} % now, ${percent(predicted)} % predicted`
}

/** What happens to a hotspot, as JSON on one line. */
export const spellJson = (source: WatchedHotspots['source'], { type, spell }: SpellEvent): string =>
  JSON.stringify({ type, ...spellData(source, spell) })

const head = ({ source: { of, everyNs }, rule: { threshold, k, n, window }, names, resources, slots }: WatchedHotspots): string =>
  `hotspots: ${many(names, of === 'vm' ? 'VM' : 'host')}, ${resources.join(', ') || 'no resource'}, ${many(slots, 'slot')} of ${spanText(everyNs)}; ${k} of ${n} slots above ${formatNumber(threshold * 100)} %, and the next predicted above it from the last ${window}`

const headsOf = ({ source: { of, fromSeconds }, rule: { n } }: WatchedHotspots): readonly Head[] => [
  { name: of === 'vm' ? 'VM' : 'host', unit: '', align: 'left' },
  { name: 'resource', unit: '', align: 'left' },
  { name: 'since', unit: isDated(fromSeconds) ? 'UTC' : 'h:min', align: 'right' },
  { name: 'until', unit: isDated(fromSeconds) ? 'UTC' : 'h:min', align: 'right' },
  { name: 'above', unit: `of ${n}`, align: 'right' },
  { name: 'highest', unit: '%', align: 'right' },
  { name: 'predicted', unit: '%', align: 'right' }
]

const cellsOf =
  ({ source }: WatchedHotspots) =>
  ({ name, resource, since, until, above, value, predicted }: HotspotSpell): readonly string[] => [
    name,
    resource,
    whenText(source, since),
    until === undefined ? 'the end' : whenText(source, until),
    String(above),
    percent(value),
    percent(predicted)
  ]

/** How many hotspots there were, how long, and what was lost. */
export const hotspotsSentence = ({ source, names, spells, slots, lost, late, ended }: WatchedHotspots): string => {
  const who = new Set(spells.map(({ name }) => name)).size
  const sum = spells.reduce((ns, spell) => ns + spell.slots * source.everyNs, 0)
  const lasting = spells.filter(({ until }) => until === undefined).length
  const kind = source.of === 'vm' ? 'VM' : 'host'
  const found =
    spells.length === 0
      ? `No hotspot of ${many(names, kind)} in ${many(slots, 'slot')}.`
      : `${many(spells.length, 'hotspot')} of ${formatNumber(who)} of ${many(names, kind)}, ${longText(sum)} in all${lasting === 0 ? '' : `, ${formatNumber(lasting)} of them to the end`}.`
  return `${found} ${many(lost, 'sample')} ${lost === 1 ? 'is' : 'are'} lost, ${formatNumber(late)} came too late.${ended === undefined ? '' : ` That is what there was until it ended: ${ended}`}`
}

const many = (count: number, what: string): string => `${formatNumber(count)} ${what}${count === 1 ? '' : 's'}`

/** A span of time that may be hours. */
const longText = (ns: Time): string => (ns >= 3.6e12 ? `${formatNumber(ns / 3.6e12, 1)} h` : spanText(ns))

const percent = (part: number): string => (Number.isNaN(part) ? '-' : formatNumber(part * 100, 1))

/** Later than 1973: times are by the calendar. */
const isDated = (fromSeconds: number): boolean => fromSeconds > 1e8

const whenText = ({ fromSeconds }: WatchedHotspots['source'], at: Time = 0): string =>
  isDated(fromSeconds)
    ? isoTime(fromSeconds, at)
        .replace('T', ' ')
        .replace(/(\.000)?Z$/, '')
    : clock(at + fromSeconds * 1e9)

const isoTime = (fromSeconds: number, at: Time): string => new Date(Math.round(fromSeconds * 1000 + at / 1e6)).toISOString()

const timeData = ({ fromSeconds }: WatchedHotspots['source'], at: Time | undefined): string | number | null =>
  at === undefined ? null : isDated(fromSeconds) ? isoTime(fromSeconds, at) : fromSeconds + at / 1e9

const spellData = (
  source: WatchedHotspots['source'],
  { name, resource, since, until, slots, above, n, value, predicted }: HotspotSpell
) => ({
  name,
  resource,
  since: timeData(source, since),
  until: timeData(source, until),
  slots,
  above,
  n,
  highest: value,
  predicted
})

const json = ({ source, spells, ended, ...found }: WatchedHotspots): string =>
  JSON.stringify(
    {
      source: source.source,
      of: source.of,
      everySeconds: source.everyNs / 1e9,
      ...found,
      ended: ended ?? null,
      hotspots: spells.map((spell) => spellData(source, spell))
    },
    null,
    2
  )

const csv = ({ source, spells }: WatchedHotspots): string =>
  grid(
    'csv',
    ['name', 'resource', 'since', 'until', 'slots', 'above', 'n', 'highest', 'predicted'].map(
      (name): Head => ({ name, unit: '', align: 'left' })
    ),
    spells.map((spell) => Object.values(spellData(source, spell)).map((value) => String(value ?? '')))
  )
