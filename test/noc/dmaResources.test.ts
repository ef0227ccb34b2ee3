import fc from 'fast-check'
import { type Either, isRight, left, right } from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import {
  claimDma,
  type DmaRefusal,
  type DmaResources,
  dmaRefusalText,
  dmaResources,
  freeDma,
  mppaControlDma,
  mppaDataDma,
  releaseDma,
  takeDma
} from '../../lib/noc/dmaResources'

const exhaust = (resources: DmaResources, resource: 'receive' | 'transmit' | 'microthread'): number => {
  let granted = 0
  for (let rest = resources; ; granted++) {
    const claimed = claimDma(resource)(rest)
    if (!isRight(claimed)) return granted
    expect(claimed.right.number).toBe(granted)
    rest = claimed.right.resources
  }
}

describe('network interfaces', () => {
  it('have 256 slots, 8 channels and 8 microthreads on the data network, 128 slots and 4 channels on the control network', () => {
    expect((['receive', 'transmit', 'microthread'] as const).map((one) => exhaust(mppaDataDma(), one))).toEqual([256, 8, 8])
    expect((['receive', 'transmit', 'microthread'] as const).map((one) => exhaust(mppaControlDma(), one))).toEqual([128, 4, 0])
  })

  it('give the lowest of a range, and refuse when all of it are taken', () => {
    const portal = claimDma('transmit', { first: 1, last: 2 })
    const first = portal(mppaControlDma())
    expect(first).toMatchObject(right({ number: 1 }))
    const second = isRight(first) ? portal(first.right.resources) : first
    expect(second).toMatchObject(right({ number: 2 }))
    const third = isRight(second) ? portal(second.right.resources) : second
    expect(third).toEqual(left({ reason: 'exhausted', interface: 'C-NoC', resource: 'transmit', first: 1, last: 2 }))
  })

  it('say why not', () => {
    const text = (answer: Either<DmaRefusal, unknown>): string => (isRight(answer) ? 'given' : dmaRefusalText(answer.left))
    const one = dmaResources('D-NoC', { receive: 2, transmit: 1, microthread: 0 })
    const used = takeDma('transmit', 0)(one)
    const full = isRight(used) ? used.right : one
    expect([
      text(claimDma('transmit')(full)),
      text(takeDma('transmit', 0)(full)),
      text(takeDma('receive', 2)(one)),
      text(claimDma('receive', { first: 1, last: 5 })(one)),
      text(releaseDma('receive', 1)(one)),
      text(claimDma('microthread')(one))
    ]).toEqual([
      'D-NoC: all transmit channels from 0 to 0 are taken',
      'D-NoC: transmit channel 0 is taken',
      'D-NoC: receive slot 2 is not there',
      'D-NoC: receive slots from 1 to 5 are not there',
      'D-NoC: receive slot 1 is free',
      'D-NoC: there is no microthread'
    ])
    expect(() => dmaResources('x', { receive: -1, transmit: 0, microthread: 0 })).toThrow('dmaResources: receive must be an integer from 0')
  })

  it('give no number twice, and have back what is given back, whatever is asked', () => {
    const asked = fc.array(
      fc.record({
        what: fc.constantFrom('claim', 'take', 'release'),
        number: fc.integer({ min: -1, max: 6 }),
        first: fc.integer({ min: 0, max: 4 })
      })
    )
    fc.assert(
      fc.property(asked, (orders) => {
        let resources = dmaResources('D-NoC', { receive: 6, transmit: 0, microthread: 0 })
        const model = new Set<number>()
        for (const { what, number, first } of orders) {
          const before = resources
          if (what === 'claim') {
            const answer = claimDma('receive', { first })(resources)
            const lowest = [0, 1, 2, 3, 4, 5].find((one) => one >= first && !model.has(one))
            expect(isRight(answer) ? answer.right.number : undefined).toBe(lowest)
            if (isRight(answer)) {
              model.add(answer.right.number)
              resources = answer.right.resources
              expect(releaseDma('receive', answer.right.number)(resources)).toEqual(right(before))
            }
          } else {
            const inRange = number >= 0 && number < 6
            const answer = (what === 'take' ? takeDma : releaseDma)('receive', number)(resources)
            expect(isRight(answer)).toBe(inRange && model.has(number) === (what === 'release'))
            if (isRight(answer)) {
              resources = answer.right
              if (what === 'take') model.add(number)
              else model.delete(number)
            }
          }
          expect(resources.taken.receive).toEqual([...model].sort((a, b) => a - b))
          expect(freeDma(resources, 'receive')).toBe(6 - model.size)
          if (resources !== before) expect(before.taken.receive).not.toEqual(resources.taken.receive)
        }
      })
    )
  })
})
