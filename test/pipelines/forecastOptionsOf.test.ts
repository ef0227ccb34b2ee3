import { describe, expect, it } from 'vitest'
import type { Config } from '../../lib/codec/config'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import { forecastOptionsOf } from '../../pipelines/experiment/forecastOptionsOf'

const of = (technique: TechniqueConfig) => forecastOptionsOf({ link: { bandwidth: 125e6 } } as Config, technique)

describe('forecastOptionsOf', () => {
  it("QEMU's windows have their limit and their rate, alone and as an engine", () => {
    const plain = of({ type: 'qemu', version: '7.2', downtimeLimit: 50e6, maxBandwidth: 1e7 })
    expect(plain).toMatchObject({ windows: { downtimeLimitNs: 50e6 }, bytesPerSecond: 125e6 })
    expect(plain.rules?.pacing?.(undefined)).toBe(1e7)
    const engine = of({ type: 'engine', engine: 'qemu-7.2' })
    expect(engine.windows).toEqual({ downtimeLimitNs: 300e6 })
    expect(engine.rules?.pacing?.(undefined)).toBe(2 ** 27)
  })

  it('mplm has its batches', () => {
    expect(of({ type: 'engine', engine: 'mplm' }).batches).toEqual({ nonDirtyPages: 50, dirtyPages: 50, intervalNs: 3e9 })
  })

  it('whatever names no time says why', () => {
    for (const technique of [
      { type: 'qemu', version: '7.2', autoConverge: true },
      { type: 'qemu', version: '10.2', dirtyLimit: true },
      { type: 'qemu', version: '7.2', postcopy: true },
      { type: 'engine', engine: 'qemu-1.6' },
      { type: 'dump-and-restore' }
    ] as const)
      expect(of(technique).unforeseen, JSON.stringify(technique)).toMatch(/\w/)
    expect(of({ type: 'pre-copy' }).unforeseen).toBeUndefined()
  })

  it('hops are known each by itself, and those of hops are hops', () => {
    const { hops, ...more } = of({
      type: 'hops',
      hops: [{ type: 'tlm' }, { type: 'hops', hops: [{ type: 'post-copy' }, { type: 'stop-and-copy' }] }]
    })
    expect(hops).toEqual([{ timeBounded: { intervalNs: 3e9 } }, { pushes: false, follows: 'pull', pull: 'background' }, { pushes: false }])
    expect(more).toEqual({ bytesPerSecond: 125e6 })
  })
})
