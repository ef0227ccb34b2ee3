import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wattsAt } from '../../lib/guest/serverPower'
import { powerColumns } from '../../lib/hotspot/powerColumns'

describe('columns of power', () => {
  it('say of each server what its own figures say', () => {
    const servers = fc.array(fc.array(fc.integer({ min: 50, max: 300 }), { minLength: 2, maxLength: 12 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(servers, fc.double({ min: -0.5, max: 1.5, noNaN: true }), (powers, utilisation) => {
        const watts = powerColumns(powers)
        powers.forEach((power, server) => {
          expect(watts(server, utilisation)).toBe(wattsAt(power, utilisation))
        })
      })
    )
  })
})
