import type { Step } from '../protocol/phase'
import type { Outcome } from '../protocol/pipeline'
import type { Asking, Reaction } from '../protocol/reactor'
import { reactor } from '../protocol/reactor'
import { type CoordinatedMessage, messageIn, type Verdict } from './coordinatedMessage'
import type { CoordinatedOptions } from './coordinatedOptions'

/**
 * `attempt`: checkpoints asked for so far. `heard`: who has said what is waited for. `outcomes`: what was decided. `returned`: members that are back without a guest. `held`: which
 * checkpoints every member that has answered has.
 */
type State = {
  readonly stage: 'resting' | 'collecting' | 'settling' | 'gathering' | 'loading' | 'over'
  readonly attempt: number
  readonly heard: readonly string[]
  readonly outcomes: readonly (readonly [checkpoint: number, verdict: Verdict])[]
  readonly returned: readonly string[]
  readonly restart: number
  readonly held: readonly number[] | undefined
  readonly end: Outcome | undefined
}

type Go = Reaction<State>

/**
 * The coordinator of coordinated checkpoints: a two-phase commit (Gray, Notes on Data Base Operating Systems, 1978) whose votes are images.
 *
 *     request to all -> saved from all -> commit to all -> settled from all      (a failure, a time-out, a member that is back: abort to all)
 *     gather from all -> load the latest checkpoint that all have -> restored from all -> resume to all
 */
export const coordinator = (options: Required<CoordinatedOptions>): Step<Outcome> => {
  const { members, checkpoints, restarts, everyNs, lingerNs, votesWithinNs, settledWithinNs } = options
  const toAll = (message: CoordinatedMessage): readonly Asking[] => members.map((whom) => ({ order: { type: 'tell', whom, message } }))
  const wake = (label: string, afterNs: number): Asking => ({ order: { type: 'wake', afterNs }, label })

  const rest = (state: State, ask: readonly Asking[] = []): Go => {
    if (state.returned.length > 0 && state.restart < restarts) return gather(state, ask)
    const pause = wake('next', state.attempt < checkpoints ? everyNs : lingerNs)
    return { state: { ...state, stage: 'resting', heard: [] }, ask: [...ask, pause] }
  }
  const next = (state: State): Go => {
    const attempt = state.attempt + 1
    if (attempt > checkpoints) return { state: { ...state, stage: 'over', end: outcomeOf(state) }, ask: toAll({ type: 'over' }) }
    return {
      state: { ...state, stage: 'collecting', attempt, heard: [] },
      ask: [...toAll({ type: 'request', checkpoint: attempt }), wake('votes', votesWithinNs)]
    }
  }
  const decide = (state: State, verdict: Verdict): Go => ({
    state: { ...state, stage: 'settling', heard: [], outcomes: [...state.outcomes, [state.attempt, verdict]] },
    ask: [{ cancel: 'votes' }, ...toAll({ type: verdict, checkpoint: state.attempt }), wake('settled', settledWithinNs)]
  })
  const gather = (state: State, ask: readonly Asking[]): Go => {
    const restart = state.restart + 1
    return {
      state: { ...state, stage: 'gathering', restart, heard: [], returned: [], held: undefined },
      ask: [...ask, ...toAll({ type: 'gather', restart }), wake('restart', votesWithinNs)]
    }
  }
  const hearing = (state: State, from: string): State => (state.heard.includes(from) ? state : { ...state, heard: [...state.heard, from] })
  const isAll = ({ heard }: State): boolean => heard.length === members.length

  const told = (state: State, from: string, message: CoordinatedMessage): Go | undefined => {
    const { stage, attempt, restart } = state
    switch (message.type) {
      case 'saved': {
        if (stage !== 'collecting' || message.checkpoint !== attempt) return undefined
        const heard = hearing(state, from)
        return isAll(heard) ? decide(heard, 'commit') : { state: heard, ask: [] }
      }
      case 'failed':
        return stage === 'collecting' && message.checkpoint === attempt ? decide(state, 'abort') : undefined
      case 'settled': {
        if (stage !== 'settling' || message.checkpoint !== attempt) return undefined
        const heard = hearing(state, from)
        return isAll(heard) ? rest(heard, [{ cancel: 'settled' }]) : { state: heard, ask: [] }
      }
      case 'inquire': {
        const known = state.outcomes.find(([of]) => of === message.checkpoint)
        if (known === undefined) return undefined
        const [checkpoint, verdict] = known
        return { state, ask: [{ order: { type: 'tell', whom: from, message: { type: 'outcome', checkpoint, verdict } } }] }
      }
      case 'returned': {
        const returned: State = { ...state, returned: [...state.returned.filter((name) => name !== from), from] }
        if (stage === 'collecting') return decide(returned, 'abort')
        if (stage === 'settling') {
          // What was decided did not reach it, and there is no guest of it to wait for.
          const heard = hearing(returned, from)
          return isAll(heard) ? rest(heard, [{ cancel: 'settled' }]) : { state: heard, ask: [] }
        }
        return stage === 'resting' ? rest(returned, [{ cancel: 'next' }]) : { state: returned, ask: [] }
      }
      case 'holding': {
        if (stage !== 'gathering' || message.restart !== restart) return undefined
        const { complete } = message
        const held = state.held === undefined ? complete : state.held.filter((one) => complete.includes(one))
        const heard = hearing({ ...state, held }, from)
        if (!isAll(heard)) return { state: heard, ask: [] }
        if (held.length === 0) return rest(heard, [{ cancel: 'restart' }])
        return {
          state: { ...heard, stage: 'loading', heard: [] },
          ask: toAll({ type: 'load', restart, checkpoint: Math.max(...held) })
        }
      }
      case 'restored': {
        if (stage !== 'loading' || message.restart !== restart) return undefined
        const heard = hearing(state, from)
        return isAll(heard) ? rest(heard, [{ cancel: 'restart' }, ...toAll({ type: 'resume', restart })]) : { state: heard, ask: [] }
      }
      case 'unrestored':
        return stage === 'loading' && message.restart === restart ? rest(state, [{ cancel: 'restart' }]) : undefined
      default:
        return undefined
    }
  }

  return reactor<State, Outcome>({
    name: 'coordinator',
    start: rest({
      stage: 'resting',
      attempt: 0,
      heard: [],
      outcomes: [],
      returned: [],
      restart: 0,
      held: undefined,
      end: undefined
    }),
    hear: (state, { label, signal }) => {
      if (state.end !== undefined) return undefined
      if (signal.type === 'failed') return { state: { ...state, end: BROKEN }, ask: [] }
      if (label === undefined) {
        const heard = messageIn(signal)
        return heard && told(state, heard.from, heard.message)
      }
      if (signal.type === 'refused') return { state: { ...state, end: BROKEN }, ask: [] }
      if (label === 'next') return state.stage === 'resting' ? next(state) : undefined
      if (label === 'votes') return state.stage === 'collecting' ? decide(state, 'abort') : undefined
      if (label === 'settled') return state.stage === 'settling' ? rest(state) : undefined
      return state.stage === 'gathering' || state.stage === 'loading' ? rest(state) : undefined
    },
    ended: ({ end }) => end
  })
}

const BROKEN: Outcome = { type: 'lost', reason: 'the coordinator has broken down' }

const outcomeOf = ({ outcomes }: State): Outcome => {
  const last = outcomes[outcomes.length - 1]
  if (last?.[1] === 'commit') return { type: 'completed', needs: [] }
  return {
    type: 'aborted',
    reason: last === undefined ? 'no checkpoint was asked for' : `checkpoint ${last[0]} was aborted`,
    running: 'source'
  }
}
