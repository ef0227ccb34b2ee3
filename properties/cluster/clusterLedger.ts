import { type Cut, inconsistencies, type MemberCut } from '../../lib/checkpoint/consistentCut'
import type { Entry } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'

/** What is wrong: which of a cluster's invariants, and how. */
export type ClusterProblem = { readonly invariant: ClusterInvariant; readonly problem: string }

/** The names of what holds of a cluster whose checkpoints are coordinated. */
export type ClusterInvariant =
  | 'cutIsConsistent'
  | 'wholeWhenSealed'
  | 'noMixedOutcome'
  | 'alwaysRestartable'
  | 'framesInOrder'
  | 'guestsGoOn'
  | 'clusterOutcomeHolds'

type Stands = Extract<Signal, { readonly type: 'stored' }>['stands']
type Kept = { readonly stands: Stands; readonly cut: MemberCut }
type Account = {
  readonly images: Readonly<Record<number, Kept>>
  readonly sealed: number
  readonly guest: 'runs' | 'stands' | 'loaded' | 'none'
}

/** What every member's storage holds and whether its guest runs, by the oracle's word: plain data. */
export type ClusterLedger = Readonly<Record<string, Account>>

/** The ledger of a cluster of these members at its start: everybody runs, and holds the sealed checkpoint 0. */
export const clusterLedger = (members: readonly string[]): ClusterLedger => {
  const start: MemberCut = { sent: {}, received: {}, queue: [] }
  return Object.fromEntries(
    members.map((name) => [name, { images: { 0: { stands: 'sealed' as const, cut: start } }, sealed: 0, guest: 'runs' as const }])
  )
}

/** The ledger after an entry, and what is wrong with it. Pure; the same ledger where the entry changes nothing. */
export const entered = (ledger: ClusterLedger, entry: Entry): readonly [ClusterLedger, readonly ClusterProblem[]] => {
  if (entry.type === 'ended') return [ledger, atEnd(ledger, entry)]
  if (entry.type !== 'signalled') return [ledger, NONE]
  const { signal } = entry
  const name = 'to' in signal ? signal.to.migration : signal.migration
  const account = ledger[name]
  if (account === undefined) return [ledger, NONE]
  const guest = (now: Account['guest']): readonly [ClusterLedger, readonly ClusterProblem[]] => [
    { ...ledger, [name]: { ...account, guest: now } },
    NONE
  ]
  switch (signal.type) {
    case 'suspended':
      return guest('stands')
    case 'activated':
      return guest('runs')
    case 'failed':
      return guest('none')
    case 'misdelivered':
      return [
        ledger,
        [{ invariant: 'framesInOrder', problem: `${name} got frame ${signal.number} of ${signal.from}, and ${signal.expected} was next` }]
      ]
    case 'stored':
      return storedIn(ledger, name, signal)
    default:
      return [ledger, NONE]
  }
}

const NONE: readonly ClusterProblem[] = []

const storedIn = (
  ledger: ClusterLedger,
  name: string,
  { checkpoint, stands, sent, received, queue }: Extract<Signal, { readonly type: 'stored' }>
): readonly [ClusterLedger, readonly ClusterProblem[]] => {
  const account = ledger[name]
  const kept: Kept = { stands, cut: { sent, received, queue } }
  const counts = stands === 'sealed' || stands === 'loaded'
  const rest = Object.entries(account.images).filter(([of]) => !counts || Number(of) >= checkpoint)
  const next: ClusterLedger = {
    ...ledger,
    [name]: {
      images: { ...Object.fromEntries(rest), [checkpoint]: kept },
      sealed: counts ? checkpoint : account.sealed,
      guest: stands === 'loaded' ? 'loaded' : account.guest
    }
  }
  const members = Object.keys(next)
  const holders = members.filter((one) => isWhole(next[one].images[checkpoint]))
  const problems: ClusterProblem[] = []
  if (checkpoint > 0 && counts) {
    const without = members.filter((one) => !holders.includes(one) && next[one].sealed < checkpoint)
    if (without.length > 0)
      problems.push({
        invariant: 'wholeWhenSealed',
        problem: `${name} seals checkpoint ${checkpoint}, which ${without.join(' and ')} does not hold`
      })
  }
  const dropped = members.filter((one) => next[one].images[checkpoint]?.stands === 'dropped')
  const sealed = members.filter((one) => isSealed(next[one].images[checkpoint]))
  if (dropped.length > 0 && sealed.length > 0)
    problems.push({
      invariant: 'noMixedOutcome',
      problem: `checkpoint ${checkpoint} is sealed at ${sealed.join(', ')} and dropped at ${dropped.join(', ')}`
    })
  if (checkpoint > 0 && holders.length === members.length && stands !== 'dropped')
    for (const problem of inconsistencies(cutOf(next, checkpoint)))
      problems.push({ invariant: 'cutIsConsistent', problem: `checkpoint ${checkpoint}: ${problem}` })
  if (heldByAll(next).length === 0)
    problems.push({ invariant: 'alwaysRestartable', problem: 'there is no checkpoint of which all members hold an image' })
  return [next, problems]
}

const isSealed = (kept: Kept | undefined): boolean => kept?.stands === 'sealed' || kept?.stands === 'loaded'

const isWhole = (kept: Kept | undefined): boolean => kept?.stands === 'complete' || isSealed(kept)

/** The checkpoints of which all members hold a complete image. */
const heldByAll = (ledger: ClusterLedger): readonly number[] => {
  const [first, ...others] = Object.values(ledger)
  const all = Object.keys(first.images).map(Number)
  return all.filter((checkpoint) => isWhole(first.images[checkpoint]) && others.every(({ images }) => isWhole(images[checkpoint])))
}

const cutOf = (ledger: ClusterLedger, checkpoint: number): Cut =>
  Object.fromEntries(Object.entries(ledger).map(([name, { images }]) => [name, images[checkpoint].cut]))

const atEnd = (ledger: ClusterLedger, { migration, outcome }: Extract<Entry, { readonly type: 'ended' }>): readonly ClusterProblem[] => {
  const account = ledger[migration]
  const { type } = outcome
  if (type === 'limited') return NONE
  const problems: ClusterProblem[] = []
  if (account === undefined) {
    if (type === 'completed' && !heldByAll(ledger).some((checkpoint) => checkpoint > 0))
      problems.push({
        invariant: 'clusterOutcomeHolds',
        problem: `${migration} has completed, and there is no checkpoint that all members hold`
      })
    return problems
  }
  const { guest, sealed } = account
  if (guest === 'stands') problems.push({ invariant: 'guestsGoOn', problem: `${migration} ends, and its guest stands still` })
  if (guest === 'loaded' && type !== 'undecided')
    problems.push({ invariant: 'guestsGoOn', problem: `${migration} ends as ${type}, and its guest is loaded and stands still` })
  if (guest === 'none' && type !== 'lost')
    problems.push({ invariant: 'clusterOutcomeHolds', problem: `${migration} ends as ${type}, and it has no guest` })
  if (type === 'lost' && guest !== 'none')
    problems.push({ invariant: 'clusterOutcomeHolds', problem: `${migration} is lost, and its guest is there` })
  if (type === 'completed' && sealed === 0)
    problems.push({ invariant: 'clusterOutcomeHolds', problem: `${migration} has completed, and has sealed no checkpoint` })
  return problems
}
