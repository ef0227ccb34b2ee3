import { describe, expect, it } from 'vitest'
import type { Config } from '../../lib/codec/config'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { usualFileSystem } from '../../pipelines/dumpAndRestore'
import { engines } from '../../pipelines/engines'
import { forecastOptionsOf } from '../../pipelines/experiment/forecastOptionsOf'
import { qemuDisk } from '../../pipelines/qemu'

const of = (technique: TechniqueConfig) => forecastOptionsOf({ link: { bandwidth: 125e6 } } as Config, technique)

describe('forecastOptionsOf', () => {
  it("QEMU's windows have their limit and their rate, alone and as an engine", () => {
    const plain = of({ type: 'qemu', version: '7.2', downtimeLimit: 50e6, maxBandwidth: 1e7 })
    expect(plain).toMatchObject({ windows: { downtimeLimitNs: 50e6, bytesPerSecond: 1e7 }, bytesPerSecond: 125e6 })
    expect(of({ type: 'engine', engine: 'qemu-7.2' }).windows).toMatchObject({ downtimeLimitNs: 300e6, bytesPerSecond: 2 ** 27 })
  })

  it("what slows QEMU's guest at syncs is known, and when post-copy is asked for", () => {
    const names = (technique: TechniqueConfig) => of(technique).windows?.throttle?.name
    expect(names({ type: 'qemu', version: '7.2', autoConverge: true })).toBe('auto-converge')
    expect(names({ type: 'qemu', version: '10.2', dirtyLimit: true })).toBe('dirty-limit')
    expect(names({ type: 'engine', engine: 'qemu-10.2' })).toBe('auto-converge')
    expect(names({ type: 'engine', engine: 'qemu-1.2' })).toBe('main loop')
    expect(names({ type: 'engine', engine: 'qemu-1.4' })).toBe('none')
    expect(names({ type: 'engine', engine: 'qemu-1.6' })).toBe('auto-converge of 1.6')
    const asked = of({ type: 'qemu', version: '7.2', postcopy: { afterSyncs: 2, maxBandwidth: 1e6 } }).windows
    expect(asked?.pullBytesPerSecond).toBe(1e6)
    expect([1, 2].map((syncs) => asked?.asked?.({ elapsedNs: 0, syncs, sinceSyncNs: 0 }))).toEqual([false, true])
  })

  it("who watches QEMU from outside is asked, too: KubeVirt's engines have a forecast", () => {
    for (const engine of ['kubevirt-ramp', 'kubevirt-stall'] as const) {
      const { windows, unforeseen } = of({ type: 'engine', engine })
      expect([windows?.looks?.name, unforeseen]).toEqual([engine.replace('-', ' '), undefined])
    }
  })

  it('a dirty limit counts by the virtual CPUs of the guest that is there, on every hop', () => {
    const guest = vm({ workload: uniform({ pages: 100, writesPerSecond: 1, vcpus: 4 }) })
    const config = { link: { bandwidth: 125e6 } } as Config
    const qemu = { type: 'qemu', version: '10.2', dirtyLimit: true } as const
    expect(forecastOptionsOf(config, qemu, undefined, guest)).toMatchObject({ windows: { vcpus: 4 }, zeroPages: 0 })
    expect(forecastOptionsOf(config, { type: 'engine', engine: 'qemu-10.2' }, undefined, guest).windows?.vcpus).toBe(4)
    const { hops } = forecastOptionsOf(config, { type: 'hops', hops: [qemu, { type: 'pre-copy' }] }, undefined, guest)
    expect(hops?.map(({ windows }) => windows?.vcpus)).toEqual([4, undefined])
    expect(of(qemu).windows?.vcpus).toBeUndefined()
  })

  it('mplm has its batches', () => {
    expect(of({ type: 'engine', engine: 'mplm' }).batches).toEqual({ nonDirtyPages: 50, dirtyPages: 50, intervalNs: 3e9 })
  })

  it("a disk has the rules that the pipeline gives it, and a container's state goes through files", () => {
    expect(of({ type: 'pre-copy', disk: { mirror: 'rounds', interval: 1e6 } }).disk).toEqual({ mirror: 'rounds', intervalNs: 1e6 })
    expect(of({ type: 'qemu', version: '7.2', disk: { start: 'beside' } }).disk).toEqual({ ...qemuDisk, start: 'beside' })
    expect(of({ type: 'dump-and-restore' })).toMatchObject({ files: {}, pushes: false, disk: usualFileSystem })
    const preDumped = of({ type: 'dump-and-restore', disk: { blocks: 'all' }, preDump: { type: 'roundsAtMost', rounds: 2 } })
    expect(preDumped).toMatchObject({ files: {}, disk: { blocks: 'all', mirror: 'rounds' }, rules: { until: expect.any(Function) } })
    expect(preDumped.pushes).toBeUndefined()
  })

  it('every technique and every engine has a forecast', () => {
    const types = ['stop-and-copy', 'dump-and-restore', 'pre-copy', 'post-copy', 'hybrid', 'tlm'] as const
    for (const type of types) expect(of({ type } as TechniqueConfig).unforeseen, type).toBeUndefined()
    for (const { name } of engines) expect(of({ type: 'engine', engine: name } as TechniqueConfig).unforeseen, name).toBeUndefined()
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
