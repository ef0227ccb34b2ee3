import { describe, expect, it } from 'vitest'
import { guestGoesOn } from '../../../properties/checkpoints/guestGoesOn'
import { problems, telling } from '../invariants/entries'

const at = (time: number, what = 'host', name = 'm') => ({
  world: 'delayed',
  of: { world: 'checkpointing', breakdowns: [{ at: time, what, name }] }
})
const runs = { type: 'hosts', primary: 'source', running: ['source'] } as const
const stands = { type: 'hosts', primary: 'source', running: [] } as const
const still = ['the pipeline has completed, and the guest stands still']

describe('guestGoesOn', () => {
  it('holds of a guest that has gone down with its host, though nobody was told before the end', () => {
    expect(problems(guestGoesOn, telling(8, at(2)).fact(runs).fact(stands).completed())).toEqual([])
    expect(problems(guestGoesOn, telling(8, at(3)).fact(runs).fact(stands).fact(stands).completed())).toEqual([])
  })

  it('is broken by a guest that stands still where its host is there, or has failed only before', () => {
    expect(problems(guestGoesOn, telling().fact(stands).completed())).toEqual(still)
    expect(
      problems(
        guestGoesOn,
        telling(8, at(2, 'host', 'other'))
          .fact(runs)
          .fact(stands)
          .completed()
      )
    ).toEqual(still)
    expect(problems(guestGoesOn, telling(8, at(2, 'store')).fact(runs).fact(stands).completed())).toEqual(still)
    expect(problems(guestGoesOn, telling(8, at(1)).fact(stands).fact(runs).fact(stands).completed())).toEqual(still)
    expect(problems(guestGoesOn, telling(8, at(9)).fact(runs).fact(stands).completed())).toEqual(still)
  })
})
