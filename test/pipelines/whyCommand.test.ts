import { describe, expect, it } from 'vitest'
import { said } from './terminal'

describe('why', () => {
  it('lists the motives', async () => {
    const { out, code } = await said('why')
    expect(code).toBe(0)
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'load',
      'failures',
      'evacuation',
      'locality',
      'heat',
      'security',
      ''
    ])
  })
  it('prints what was measured with and without, units, the seed and whether it came out', async () => {
    const { out, code } = await said('why', 'evacuation', '--seed', 'a', '--check')
    expect(code).toBe(0)
    expect(out).toContain('seed "a"')
    expect(out).toMatch(/^room +five together +8 +0 +5 /m)
    expect(out).toMatch(/^no room +refuses +3 +5 +0 /m)
    expect(out.match(/^holds {3}/gm)).toHaveLength(2)
  })
  it('refuses what it does not know', async () => {
    expect(await said('why', 'boredom', '--runs', '0')).toMatchObject({
      out: '',
      err: expect.stringContaining('why: expected one of load, failures, evacuation, locality, heat, security, all, got "boredom"'),
      code: 2
    })
  })
})
