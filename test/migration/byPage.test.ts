import { describe, expect, it } from 'vitest'
import { full, next } from '../../lib/memory/pageSet'
import { byPage } from '../../lib/migration/byPage'
import { pulled } from './pullSchedule'

describe('byPage', () => {
  it('tells its function the page faulted last, and none before the first fault', () => {
    const told: (number | undefined)[] = []
    const order = byPage('telling', (missing, lastFault) => {
      told.push(lastFault)
      return next(missing, 0)
    })
    pulled(order, full(5), [
      { type: 'take', atMost: 1 },
      { type: 'fault', page: 3 },
      { type: 'take', atMost: 1 },
      { type: 'fault', page: 4 }
    ])
    expect(told).toEqual([undefined, 3, 4])
  })
})
