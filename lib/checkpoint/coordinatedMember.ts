import type { Order } from '../protocol/command'
import type { Step } from '../protocol/phase'
import type { Outcome } from '../protocol/pipeline'
import type { Asking, Reaction } from '../protocol/reactor'
import { reactor } from '../protocol/reactor'
import type { Signal } from '../protocol/signal'
import { type CoordinatedMessage, messageIn, type Verdict } from './coordinatedMessage'
import type { CoordinatedOptions } from './coordinatedOptions'

/**
 * What a member is at. `running`: nothing. `pausing`, `flushing` (its final frames are out, others' are awaited), `keepingState`, `keepingQueue`, `voted`: a checkpoint, in this
 * order. `settling`, `resuming`: what was decided. `down`, `returning`, `empty`: it broke down, reads its storage, is back without a guest. `loading`, `loaded`, `going`: a restart.
 */
type Stage =
  | 'running'
  | 'pausing'
  | 'flushing'
  | 'keepingState'
  | 'keepingQueue'
  | 'voted'
  | 'settling'
  | 'resuming'
  | 'down'
  | 'returning'
  | 'empty'
  | 'loading'
  | 'loaded'
  | 'going'

/**
 * `checkpoint`: the latest that it took part in; `hasVoted` on it. `finals`: whose final frames have come, by checkpoint. `outcomes`: what it knows. `askers`: who waits to learn what
 * became of `checkpoint`. `gather`: a restart that waits for it to be at rest. `isOver`: there is no more to come.
 */
type State = {
  readonly stage: Stage
  readonly checkpoint: number
  readonly hasVoted: boolean
  readonly finals: readonly (readonly [checkpoint: number, from: string])[]
  readonly outcomes: readonly (readonly [checkpoint: number, verdict: Verdict])[]
  readonly askers: readonly string[]
  readonly gather: number
  readonly restart: number
  readonly isOver: boolean
  readonly end: Outcome | undefined
}

type Go = Reaction<State>

/**
 * A member's part in coordinated checkpoints, at its hypervisor (VCCP: Ong, Saragol, Chanchio, Leangsuksun, Cluster 2009):
 *
 *     request -> pause -> final frames to all -> (all final frames have come) -> keep state -> keep queue -> saved -> commit -> seal, resume
 *
 * Until it has said `saved` it may give up by itself, and the checkpoint cannot be committed. After that it may not: when the decision does not come in time its guest goes on, both images stay, and it
 * asks all others; whoever knows answers, and whoever has not voted gives up and says so.
 */
export const coordinatedMember = (me: string, options: Required<CoordinatedOptions>): Step<Outcome> => {
  const others = options.members.filter((name) => name !== me)
  const act = memberActs(others, options)
  return reactor<State, Outcome>({
    name: 'coordinatedMember',
    start: { state: fresh, ask: [wake('idle', options.idleNs)] },
    hear: (state, { label, signal }) => (label === undefined ? act.fact(state, signal) : act.answer(state, label, signal)),
    ended: ({ end }) => end
  })
}

const fresh: State = {
  stage: 'running',
  checkpoint: 0,
  hasVoted: false,
  finals: [],
  outcomes: [],
  askers: [],
  gather: 0,
  restart: 0,
  isOver: false,
  end: undefined
}

type MemberActs = {
  readonly fact: (state: State, signal: Signal) => Go | undefined
  readonly answer: (state: State, label: string, signal: Signal) => Go | undefined
}

const memberActs = (others: readonly string[], options: Required<CoordinatedOptions>): MemberActs => {
  const { coordinator } = options
  const toCoordinator = (message: CoordinatedMessage): Asking => tell(coordinator, message)

  /** At rest: what had to wait for it comes now. */
  const rest = (state: State, ask: readonly Asking[]): Go => {
    if (state.isOver) return { state: { ...state, end: outcomeOf(state) }, ask: [...ask, { cancel: 'idle' }] }
    const waiting = state.gather > 0 ? [{ order: { type: 'list' } as const, label: 'list' }] : []
    return { state, ask: [...ask, wake('idle', options.idleNs), ...waiting] }
  }

  /** Begins a checkpoint. */
  const join = (state: State, checkpoint: number): Go => ({
    state: {
      ...state,
      stage: 'pausing',
      checkpoint,
      hasVoted: false,
      finals: state.finals.filter(([of]) => of >= checkpoint)
    },
    ask: [{ cancel: 'idle' }, { order: { type: 'pause' }, label: 'pause' }, wake('patience', options.patienceNs)]
  })

  /** All final frames are there, or the member waits on. */
  const flushed = (state: State, ask: readonly Asking[]): Go => {
    const { finals, checkpoint } = state
    const have = new Set(finals.filter(([of]) => of === checkpoint).map(([, from]) => from))
    if (!others.every((name) => have.has(name))) return { state: { ...state, stage: 'flushing' }, ask }
    return {
      state: { ...state, stage: 'keepingState' },
      ask: [...ask, { order: { type: 'keep', what: 'state', checkpoint }, label: 'keep' }]
    }
  }

  /** Seals or drops the image, after which the guest goes on. */
  const settle = (state: State, as: 'sealed' | 'dropped', ask: readonly Asking[] = []): Go => ({
    state: { ...state, stage: 'settling' },
    ask: [
      ...ask,
      { cancel: 'patience' },
      { cancel: 'decision' },
      { order: { type: 'settle', checkpoint: state.checkpoint, as }, label: 'settle' }
    ]
  })

  /** The member learns what became of its checkpoint, and tells those who have asked. */
  const learn = (before: State, verdict: Verdict): Go => {
    const { checkpoint, askers, stage } = before
    const ask = askers.map((name) => tell(name, { type: 'outcome', checkpoint, verdict }))
    const state: State = { ...before, outcomes: [...before.outcomes, [checkpoint, verdict]], askers: [] }
    const as = verdict === 'commit' ? 'sealed' : 'dropped'
    if (stage === 'flushing' || stage === 'voted') return settle(state, as, ask)
    // An order is under way, and its answer will be heard: see `answer`.
    if (stage === 'pausing' || stage === 'keepingState' || stage === 'keepingQueue') return { state, ask }
    return { state, ask: [...ask, { order: { type: 'settle', checkpoint, as }, label: `${LATE}${checkpoint}` }] }
  }

  /** The member will never vote on its checkpoint. */
  const giveUp = (state: State): Go => {
    const { state: next, ask } = learn(state, 'abort')
    return { state: next, ask: [toCoordinator({ type: 'failed', checkpoint: state.checkpoint }), ...ask] }
  }

  /** It will never take part in one. */
  const stayOut = (state: State, checkpoint: number, ask: readonly Asking[] = []): Go => ({
    state: isKnown(state, checkpoint) ? state : { ...state, outcomes: [...state.outcomes, [checkpoint, 'abort']] },
    ask: [toCoordinator({ type: 'failed', checkpoint }), ...ask]
  })

  const asked = (state: State, from: string, checkpoint: number): Go | undefined => {
    const outcome = (verdict: Verdict): Asking => tell(from, { type: 'outcome', checkpoint, verdict })
    const known = verdictOn(state, checkpoint)
    if (known !== undefined) return { state, ask: [outcome(known)] }
    if (checkpoint > state.checkpoint) return stayOut(state, checkpoint, [outcome('abort')])
    if (checkpoint < state.checkpoint) return undefined
    if (state.hasVoted) return { state: { ...state, askers: [...state.askers, from] }, ask: [] }
    const { state: next, ask } = giveUp(state)
    return { state: next, ask: [outcome('abort'), ...ask] }
  }

  const decided = (state: State, checkpoint: number, verdict: Verdict, byCoordinator: boolean): Go | undefined => {
    if (isKnown(state, checkpoint)) {
      const isDone = byCoordinator && (checkpoint !== state.checkpoint || state.stage === 'running' || state.stage === 'empty')
      return isDone ? { state, ask: [toCoordinator({ type: 'settled', checkpoint })] } : undefined
    }
    return checkpoint === state.checkpoint ? learn(state, verdict) : undefined
  }

  const told = (state: State, from: string, message: CoordinatedMessage): Go | undefined => {
    const { stage } = state
    const isAtRest = stage === 'running' || stage === 'empty' || stage === 'loaded'
    switch (message.type) {
      case 'request': {
        const { checkpoint } = message
        if (stage === 'running' && checkpoint > state.checkpoint && !isKnown(state, checkpoint)) return join(state, checkpoint)
        return stayOut(state, checkpoint)
      }
      case 'final': {
        if (message.checkpoint < state.checkpoint) return undefined
        const next: State = { ...state, finals: [...state.finals, [message.checkpoint, from]] }
        return stage === 'flushing' ? flushed(next, []) : { state: next, ask: [] }
      }
      case 'commit':
      case 'abort':
        return decided(state, message.checkpoint, message.type, true)
      case 'outcome':
        return decided(state, message.checkpoint, message.verdict, false)
      case 'inquire':
        return asked(state, from, message.checkpoint)
      case 'gather': {
        const next: State = { ...state, gather: message.restart }
        return { state: next, ask: isAtRest ? [{ order: { type: 'list' }, label: 'list' }] : [] }
      }
      case 'load':
        if (!isAtRest) return { state, ask: [toCoordinator({ type: 'unrestored', restart: message.restart })] }
        return {
          state: { ...state, stage: 'loading', restart: message.restart },
          ask: [
            { cancel: 'idle' },
            { order: { type: 'load', checkpoint: message.checkpoint, incarnation: message.restart }, label: 'load' }
          ]
        }
      case 'resume':
        if (stage !== 'loaded' || message.restart !== state.restart) return undefined
        return {
          state: { ...state, stage: 'going' },
          ask: [
            { cancel: 'idle' },
            { order: { type: 'insertQueue', place: 'front' } },
            { order: { type: 'resume', where: 'source' }, label: 'resume' }
          ]
        }
      case 'over': {
        const next: State = { ...state, isOver: true }
        return isAtRest ? rest(next, []) : { state: next, ask: [] }
      }
      default:
        return undefined
    }
  }

  const brokenDown = (state: State): Go => {
    const forgetful: State = { ...fresh, stage: 'down' }
    if (options.restarts > 0) return { state: forgetful, ask: [] }
    return { state: { ...forgetful, end: { type: 'lost', reason: brokenDownAt(state.stage) } }, ask: [] }
  }

  /** The guest is not there, as after a breakdown of which nobody was told. */
  const guestless = (state: State, isKnownOf: boolean): Go => {
    const { state: next, ask } = isKnownOf ? { state, ask: [] } : stayOut(state, state.checkpoint)
    return rest({ ...next, stage: 'empty' }, [{ cancel: 'patience' }, ...ask, toCoordinator({ type: 'returned' })])
  }

  return {
    fact: (state, signal) => {
      if (signal.type === 'failed') return brokenDown(state)
      if (signal.type === 'mended')
        return state.stage === 'down'
          ? { state: { ...state, stage: 'returning' }, ask: [{ order: { type: 'list' }, label: 'storage' }] }
          : undefined
      if (state.stage === 'down' || state.stage === 'returning') return undefined
      const heard = messageIn(signal)
      return heard && told(state, heard.from, heard.message)
    },
    answer: (state, label, signal) => {
      const { stage, checkpoint } = state
      if (stage === 'down') return undefined
      const isRefused = signal.type === 'refused'
      const isAborted = verdictOn(state, checkpoint) === 'abort'
      switch (label) {
        case 'idle':
          // Refused: the machine had broken down before its part began.
          return isRefused ? brokenDown(state) : { state: { ...state, end: outcomeOf(state) }, ask: [] }
        case 'patience':
          return isRefused || stage === 'voted' || isAborted ? undefined : giveUp(state)
        case 'decision':
          if (isRefused || stage !== 'voted') return undefined
          return {
            state: { ...state, stage: 'resuming' },
            ask: [
              ...[...others, coordinator].map((name) => tell(name, { type: 'inquire', checkpoint })),
              { order: { type: 'resume', where: 'source' }, label: 'resume' }
            ]
          }
        case 'pause': {
          if (isRefused) return guestless(state, isAborted)
          if (isAborted) return settle(state, 'dropped')
          return flushed(
            state,
            others.map((whom) => ({ order: { type: 'tell', whom, message: { type: 'final', checkpoint }, closing: checkpoint } }))
          )
        }
        case 'keep':
          if (isAborted) return settle(state, 'dropped')
          if (isRefused) return settled(giveUp(state), settle)
          if (stage === 'keepingState')
            return {
              state: { ...state, stage: 'keepingQueue' },
              ask: [{ order: { type: 'keep', what: 'queue', checkpoint }, label: 'keep' }]
            }
          return {
            state: { ...state, stage: 'voted', hasVoted: true },
            ask: [{ cancel: 'patience' }, toCoordinator({ type: 'saved', checkpoint }), wake('decision', options.decisionWithinNs)]
          }
        case 'settle':
          return { state: { ...state, stage: 'resuming' }, ask: [{ order: { type: 'resume', where: 'source' }, label: 'resume' }] }
        case 'resume': {
          if (isRefused) return guestless(state, true)
          const isSettled = stage === 'resuming' && isKnown(state, checkpoint)
          return rest({ ...state, stage: 'running' }, isSettled ? [toCoordinator({ type: 'settled', checkpoint })] : [])
        }
        case 'list':
          if (signal.type !== 'listed') return undefined
          return {
            state: { ...state, gather: 0 },
            ask: [toCoordinator({ type: 'holding', restart: state.gather, complete: signal.complete })]
          }
        case 'load':
          if (isRefused) return rest({ ...state, stage: 'empty' }, [toCoordinator({ type: 'unrestored', restart: state.restart })])
          return rest({ ...state, stage: 'loaded', hasVoted: false }, [toCoordinator({ type: 'restored', restart: state.restart })])
        case 'storage': {
          if (signal.type !== 'listed') return undefined
          const latest = signal.complete[signal.complete.length - 1] ?? 0
          const isOpen = latest > signal.sealed
          return rest(
            {
              ...state,
              stage: 'empty',
              checkpoint: latest,
              hasVoted: isOpen,
              outcomes: isOpen || latest === 0 ? [] : [[latest, 'commit']]
            },
            [
              toCoordinator({ type: 'returned' }),
              ...(isOpen ? [...others, coordinator].map((name) => tell(name, { type: 'inquire', checkpoint: latest })) : [])
            ]
          )
        }
        default:
          return label.startsWith(LATE)
            ? { state, ask: [toCoordinator({ type: 'settled', checkpoint: Number(label.slice(LATE.length)) })] }
            : undefined
      }
    }
  }
}

/** What was decided of an earlier checkpoint is carried out while the guest runs. */
const LATE = 'late '

/** What has been given up while nothing was under way is dropped at once. */
const settled = ({ state, ask }: Go, settle: (state: State, as: 'sealed' | 'dropped', ask: readonly Asking[]) => Go): Go =>
  settle(state, 'dropped', ask)

const tell = (whom: string, message: CoordinatedMessage): Asking => ({ order: { type: 'tell', whom, message } })

const wake = (label: string, afterNs: number): Asking => ({ order: { type: 'wake', afterNs } satisfies Order, label })

const verdictOn = ({ outcomes }: State, checkpoint: number): Verdict | undefined => outcomes.find(([of]) => of === checkpoint)?.[1]

const isKnown = (state: State, checkpoint: number): boolean => verdictOn(state, checkpoint) !== undefined

const brokenDownAt = (stage: Stage): string =>
  stage === 'running' ? 'the machine has broken down' : `the machine has broken down while ${stage}`

/** How a member's part ends when there is no more to come, or nobody speaks to it any more. */
const outcomeOf = (state: State): Outcome => {
  const { stage, checkpoint, hasVoted, outcomes } = state
  if (stage === 'empty') return { type: 'lost', reason: 'the machine broke down, and the cluster was not restarted' }
  if (stage === 'loaded') return { type: 'undecided', reason: 'the guest was loaded, and nobody said that all others were' }
  if (hasVoted && !isKnown(state, checkpoint))
    return { type: 'undecided', reason: `the guest runs; nobody has said what became of checkpoint ${checkpoint}` }
  const last = outcomes.reduce<readonly [number, Verdict] | undefined>(
    (best, one) => (best === undefined || one[0] > best[0] ? one : best),
    undefined
  )
  if (last?.[1] === 'commit') return { type: 'completed', needs: [] }
  return {
    type: 'aborted',
    reason: last === undefined ? 'no checkpoint was asked for' : `checkpoint ${last[0]} was aborted`,
    running: 'source'
  }
}
