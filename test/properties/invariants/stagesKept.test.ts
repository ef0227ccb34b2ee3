import { describe, expect, it } from 'vitest'
import { empty, full } from '../../../lib/memory/pageSet'
import type { Journal } from '../../../lib/protocol/journal'
import { stagesKept } from '../../../properties/invariants/stagesKept'
import { problems, telling } from './entries'

const all = full(8)
type Told = ReturnType<typeof telling>

const context = (told: Told): Told => told.asked({ type: 'sendContext' }, { type: 'done' })
const flushed = (told: Told): Told => told.asked({ type: 'flush' }, { type: 'done' })
const committed = (told: Told): Told => told.asked({ type: 'commit' }, { type: 'committed' })
const throttled = (told: Told, fraction: number): Told => told.asked({ type: 'throttle', fraction }, { type: 'done' })
const aborted = (told: Told): Journal => [
  ...told.journal(),
  { type: 'ended', at: 1000, migration: 'm', outcome: { type: 'aborted', reason: 'no', running: 'source' } }
]
const redirected = (told: Told): Told => told.asked({ type: 'redirect' }, { type: 'redirected' })
const switched = () => committed(flushed(context(telling().prepared().paused().sent(all)))).resumed('target')
const whole = () => redirected(switched())

describe('stagesKept', () => {
  it('holds of a stop-and-copy, a pull behind its switch, and an abort that takes everything back', () => {
    expect(problems(stagesKept, whole().released().completed())).toEqual([])
    expect(problems(stagesKept, flushed(whole().sent(all)).released().completed())).toEqual([])
    const pushing = throttled(telling().prepared().tracked().sent(all), 0.5)
    expect(problems(stagesKept, aborted(throttled(pushing, 0).tracked(false).abandoned()))).toEqual([])
    expect(problems(stagesKept, aborted(telling().asked({ type: 'preselect' }, { type: 'refused', reason: 'no' })))).toEqual([])
  })

  it('names what is sent to a target that has reserved nothing', () => {
    expect(problems(stagesKept, telling().sent(all).journal())).toEqual(['send to a target that has reserved nothing'])
    expect(problems(stagesKept, context(telling()).journal())).toEqual(['sendContext to a target that has reserved nothing'])
    const again = telling().prepared().abandoned().asked({ type: 'preselect' }, { type: 'preselected', host: 'target', guestNs: 0 })
    expect(problems(stagesKept, again.sent(all).journal())).toEqual(['send to a target that has reserved nothing'])
  })

  it('names a commit or a release without a barrier behind the last send', () => {
    const late = 'while what has left may not have arrived'
    expect(problems(stagesKept, committed(context(telling().prepared().paused())).journal())).toEqual([`commit ${late}`])
    expect(problems(stagesKept, committed(flushed(telling().prepared()).sent(all)).journal())).toEqual([`commit ${late}`])
    expect(problems(stagesKept, whole().sent(all).released().completed())).toEqual([`release ${late}`])
    const refused = telling().prepared().sent(all).asked({ type: 'flush' }, { type: 'refused', reason: 'cut' })
    expect(problems(stagesKept, committed(refused).journal())).toEqual([`commit ${late}`])
  })

  it('takes what the target itself says of its pages for a barrier', () => {
    const standing = { type: 'standing', primary: 'target', missing: empty(8) } as const
    expect(problems(stagesKept, whole().sent(all).asked({ type: 'inquire' }, standing).released().completed())).toEqual([])
  })

  it('names a guest that goes on without the context of its last pause', () => {
    const without = 'resume at the target without the context of the last pause'
    expect(problems(stagesKept, committed(telling().prepared().paused()).resumed('target').journal())).toEqual([without])
    const before = committed(flushed(context(telling().prepared()).paused())).resumed('target')
    expect(problems(stagesKept, before.journal())).toEqual([without])
    expect(problems(stagesKept, telling().prepared().paused().resumed('source').journal())).toEqual([])
  })

  it('names a completion while the network still goes to the source', () => {
    expect(problems(stagesKept, switched().released().completed())).toEqual([
      'the migration is completed, and the network still goes to the source'
    ])
  })

  it('names a completion without a release, and whatever an abort leaves behind', () => {
    expect(problems(stagesKept, whole().completed())).toEqual(['the migration is completed, and the source has not let go'])
    const aborting = (told: Told): readonly string[] => problems(stagesKept, aborted(told))
    expect(aborting(telling().prepared())).toEqual(['the migration is aborted, and the target still keeps its reservation'])
    expect(aborting(telling().prepared().tracked().abandoned())).toEqual(['the migration is aborted, and its writes are still logged'])
    expect(aborting(throttled(telling().prepared(), 0.2).abandoned())).toEqual([
      'the migration is aborted, and the guest is still throttled'
    ])
  })

  it('judges a hop by itself', () => {
    const hop = whole().released().prepared()
    expect(problems(stagesKept, redirected(hop).completed())).toEqual(['the migration is completed, and the source has not let go'])
    expect(problems(stagesKept, hop.completed())).toHaveLength(2)
  })
})
