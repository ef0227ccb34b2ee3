import type { Data } from '../../protocol/data'

/** What is known at an iteration's end: whole milliseconds since the beginning, and the bytes left to send. */
export type IterationRecord = { readonly elapsedMs: number; readonly remainingBytes: number }

/** How a stall is told: the margin as a fraction, the window in milliseconds, and what the patience is multiplied by after each relaxation. */
export type StallOptions = { readonly margin: number; readonly windowMs: number; readonly patienceDecay: number }

/**
 * What the detector remembers. `candidates`: records within the window that may become the least outside of it; `outside`: the least of those older. After a stall `best` is
 * the level at which a switch is worth while, `history` what was left since, and `deadlineMs` when the level is relaxed next.
 */
export type Stall = {
  readonly candidates: readonly IterationRecord[]
  readonly outside: IterationRecord | null
  readonly stalled: boolean
  readonly best: number
  readonly history: readonly number[]
  readonly patienceMs: number
  readonly deadlineMs: number
}

/** Nothing seen yet. */
export const noStall: Stall & Data = { candidates: [], outside: null, stalled: false, best: 0, history: [], patienceMs: 0, deadlineMs: 0 }

/**
 * One more iteration into KubeVirt's stall detector (stallDetector of pkg/virt-launcher/virtwrap, d923fdb815; the proposal is VEP 248): a migration has stalled when no less
 * than `1 - margin` of the least that was left before the window is left now; and, from then on, the level for a switch is the least seen, given up for the next least seen since
 * each time the patience runs out, which is shorter every time.
 */
export const stallStep = ({ margin, windowMs, patienceDecay }: StallOptions, before: Stall, record: IterationRecord): Stall => {
  const seen = { ...before, ...candidatesAfter(before, record, windowMs) }
  if (seen.stalled) return relaxed(seen, record, patienceDecay)
  if (seen.outside === null || record.remainingBytes < Math.floor(seen.outside.remainingBytes * (1 - margin))) return seen
  const best = Math.min(seen.outside.remainingBytes, ...seen.candidates.map(({ remainingBytes }) => remainingBytes))
  return { ...seen, stalled: true, best, history: [], patienceMs: windowMs, deadlineMs: record.elapsedMs + windowMs }
}

/** Whether so little is left that a switch is worth while, going by the level. */
export const isAtMinimum = (margin: number, { stalled, best }: Stall, { remainingBytes }: IterationRecord): boolean =>
  stalled && remainingBytes <= Math.floor(best * (1 + margin))

const candidatesAfter = (
  { candidates, outside }: Stall,
  record: IterationRecord,
  windowMs: number
): Pick<Stall, 'candidates' | 'outside'> => {
  const young = candidates.filter(({ elapsedMs }) => record.elapsedMs - elapsedMs < windowMs)
  const old = candidates.slice(0, candidates.length - young.length)
  const least = old.reduce((least, one) => (least === null || one.remainingBytes < least.remainingBytes ? one : least), outside)
  const newest = young.at(-1)
  const cannotMatter =
    (least !== null && record.remainingBytes > least.remainingBytes) ||
    (newest !== undefined && record.remainingBytes >= newest.remainingBytes)
  return { candidates: cannotMatter ? young : [...young, record], outside: least }
}

const relaxed = (stall: Stall, { elapsedMs, remainingBytes }: IterationRecord, patienceDecay: number): Stall => {
  const history = [...stall.history, remainingBytes].sort((a, b) => a - b)
  if (elapsedMs < stall.deadlineMs) return { ...stall, history }
  const patienceMs = Math.floor(stall.patienceMs * patienceDecay)
  return { ...stall, history: history.slice(1), best: history[0], patienceMs, deadlineMs: elapsedMs + patienceMs }
}
