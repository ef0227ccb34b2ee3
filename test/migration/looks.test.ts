import { describe, expect, it } from 'vitest'
import { type Look, type LookRule, lookedAtSync, lookedUntil, looking, unlooked } from '../../lib/migration/looks'

const guest = { name: 'a', pages: 10, pageBytes: 4096 }
const sight = { startedAt: 100, syncs: 2, remainingBytes: 5, bytesPerSecond: 7, guest }

/** A rule that notes when it looked, and why. */
const noting = (atSyncs: boolean): LookRule<readonly string[]> => ({
  name: 'noting',
  everyNs: 10,
  atSyncs,
  start: [],
  look: (seen, { elapsedNs, synced }) => [{}, [...seen, `${elapsedNs}${synced ? ' sync' : ''}`]]
})

describe('looks', () => {
  it('are made once each, at their own times', () => {
    const rule = noting(false)
    const first = lookedUntil(rule, unlooked(rule, 100, 300), 109, sight)
    expect(first.state).toEqual([])
    const second = lookedUntil(rule, first, 131, sight)
    expect(second.state).toEqual(['10', '20', '30'])
    expect(lookedAtSync(rule, second, 140, sight).state).toEqual(['10', '20', '30', '40'])
  })

  it('are made at syncs too where the rule says so, and from there on anew', () => {
    const rule = noting(true)
    const synced = lookedAtSync(rule, unlooked(rule, 100, 300), 115, sight)
    expect(synced.state).toEqual(['10', '15 sync'])
    expect(lookedUntil(rule, synced, 135, sight).state).toEqual(['10', '15 sync', '25', '35'])
  })

  it('leave the limit as it is until they say otherwise, and end with what is decided for good', () => {
    const seen: Look[] = []
    const rule = looking(10, (look) => {
      seen.push(look)
      return look.elapsedNs < 20 ? {} : look.elapsedNs < 30 ? { downtimeLimitNs: 500 } : { giveUp: 'enough' }
    })
    const limits = [110, 120, 130, 150].map((at) => {
      const { downtimeLimitNs, giveUp } = lookedUntil(rule, unlooked(rule, 100, 300), at, sight)
      return [downtimeLimitNs, giveUp]
    })
    expect(limits).toEqual([
      [300, null],
      [500, null],
      [500, 'enough'],
      [500, 'enough']
    ])
    expect(seen[0]).toEqual({ at: 110, elapsedNs: 10, syncs: 2, remainingBytes: 5, bytesPerSecond: 7, synced: false, guest })
    expect(seen).toHaveLength(1 + 2 + 3 + 3)
  })

  it('refuse a rule that never looks, and a limit below 0', () => {
    expect(() => looking(0, () => ({}))).toThrow('looks: everyNs of looking must be an integer above 0 (got 0)')
    const rule = looking(1, () => ({ downtimeLimitNs: -1 }))
    expect(() => lookedUntil(rule, unlooked(rule, 0, 0), 1, sight)).toThrow('looks: downtimeLimitNs of looking must be at least 0 (got -1)')
  })
})
