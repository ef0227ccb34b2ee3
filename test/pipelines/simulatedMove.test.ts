import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm as vmOf } from '../../lib/guest/guest'
import { specPower } from '../../lib/guest/serverPower'
import { uniform } from '../../lib/guest/uniform'
import { metrics } from '../../lib/metrics/metrics'
import { perMigration } from '../../lib/metrics/perMigration'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { FleetDecider, FleetVm } from '../../lib/protocol/fleet'
import { runFold } from '../../lib/stream/fold'
import { seconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetMoveLoad } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'
import { engineOf, engines } from '../../pipelines/engines'
import { hybrid } from '../../pipelines/hybrid'
import { moveJoules } from '../../pipelines/managers/moveJoules'
import { serverGuest } from '../../pipelines/managers/serverGuest'
import { type SimulatedMoveOptions, simulatedMove } from '../../pipelines/managers/simulatedMove'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { tlm } from '../../pipelines/tlm'
import { journalOf } from '../../properties/journalOf'

const MIB = 2 ** 20
const wire = link({ bytesPerSecond: 10e6 })
const sized = (mib: number, cores?: number): FleetVm => ({
  name: `vm of ${mib}`,
  mips: 1000,
  memoryBytes: mib * MIB,
  ...(cores && { cores })
})
const at = (mips: number, { network = 0, parallel = 1 } = {}) => ({ mips, network, parallel })
const mover = (options: Partial<SimulatedMoveOptions> = {}) => {
  const move = simulatedMove({ pipeline: precopy(), link: wire, ...options })
  return (of: FleetVm, load: Omit<FleetMoveLoad, 'memoryBytes'>) => move(of, { ...load, memoryBytes: of.memoryBytes })
}

const techniques = { precopy: precopy(), postcopy: postcopy(), hybrid: hybrid(), stopAndCopy: stopAndCopy(), tlm: tlm() }
const technique = fc.constantFrom(...Object.values(techniques))
const mib = fc.integer({ min: 1, max: 12 })
const load = fc.integer({ min: 0, max: 1000 })

describe('a simulated move', () => {
  it('costs what its migration is measured to', () => {
    for (const pipeline of Object.values(techniques)) {
      const of = sized(8, 2)
      const guest = serverGuest()(of, { ...at(500), memoryBytes: of.memoryBytes })
      const world = datacentre({ guests: { vm: guest }, link: wire, fidelity: 'marks' })
      const { vm } = runFold(perMigration(metrics()), journalOf(pipeline, world, { seed: 3 }))
      const cost = mover({ pipeline, seed: 3 })(of, at(500))
      expect(cost).toMatchObject({
        ns: vm.totalTime,
        downtimeNs: vm.downtime,
        bytes: vm.bytesTransferred,
        joules: moveJoules(vm.bytesTransferred)
      })
      expect(cost.lostNs).toBeCloseTo(vm.applicationDegradation! * vm.totalTime!, 0)
      expect(cost.switchedNs).toBe(vm.totalTime! - vm.resumeTime!)
      expect(cost).not.toHaveProperty('failed')
    }
  })

  it('costs the same for the same VM, load and seed', () => {
    const property = fc.property(technique, mib, load, fc.integer(), (pipeline, size, mips, seed) => {
      const again = [1, 2].map(() => mover({ pipeline, seed })(sized(size), at(mips)))
      expect(again[0]).toEqual(again[1])
    })
    fc.assert(property, { numRuns: 10 })
  })

  it('is defined for every VM: without memory, of a page, of 36 GiB; that does nothing, and that never converges', () => {
    const property = fc.property(
      technique,
      fc.oneof(fc.constantFrom(0, 1, 4096, 4097, 8192), fc.integer({ min: 0, max: 3 * MIB })),
      fc.constantFrom(0, 1, 500, 1000, 5000),
      fc.constantFrom(0, 4e6, 1e12),
      fc.constantFrom(1, 4),
      (pipeline, memoryBytes, mips, network, parallel) => {
        const cost = mover({ pipeline })({ name: 'v', mips: 1000, cores: 2, memoryBytes }, at(mips, { network, parallel }))
        expect(cost.failed).toBeUndefined()
        expect(cost.bytes).toBeGreaterThanOrEqual(memoryBytes)
        expect(cost.downtimeNs).toBeGreaterThan(0)
        expect(cost.lostNs).toBeGreaterThanOrEqual(cost.downtimeNs)
        expect(cost.ns).toBeGreaterThanOrEqual(cost.lostNs)
        expect(Number.isFinite(cost.ns) && Number.isFinite(cost.joules)).toBe(true)
      }
    )
    fc.assert(property, { numRuns: 30 })
    const large = mover({ link: link({ gigabitsPerSecond: 10 }) })(sized(36 * 1024), at(300))
    expect(large.bytes).toBeGreaterThan(36 * 2 ** 30)
    expect(large.downtimeNs).toBeLessThan(0.31e9)
    const wild = mover({ link: link({ bytesPerSecond: 2e6 }) })(sized(24, 4), at(1000))
    expect(wild).not.toHaveProperty('failed')
    expect(wild.downtimeNs).toBeGreaterThan(1e9)
    expect(mover()(sized(4), at(0)).bytes).toBe(1024 * 4104)
    expect(mover()({ ...sized(4), mips: 0 }, at(0)).bytes).toBe(1024 * 4104)
  })

  it('takes no longer where the link is faster', () => {
    const property = fc.property(
      technique,
      mib,
      load,
      fc.integer({ min: 5, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      (pipeline, size, mips, slow, more) => {
        const nsAt = (megabytes: number) => mover({ pipeline, link: link({ bytesPerSecond: megabytes * 1e6 }) })(sized(size), at(mips)).ns
        expect(nsAt(slow + more)).toBeLessThanOrEqual(nsAt(slow))
      }
    )
    fc.assert(property, { numRuns: 20 })
  })

  it('loses no less, and sends no less, where the VM writes faster', () => {
    // What is written in one round is the beginning of what is written by the faster; in more rounds that is so but for chance.
    const oneRound = precopy({ until: roundsAtMost(1) })
    const property = fc.property(fc.constantFrom(oneRound, stopAndCopy()), mib, load, load, (pipeline, size, one, other) => {
      const move = mover({ pipeline, step: 0 })
      const [calm, busy] = [Math.min(one, other), Math.max(one, other)].map((mips) => move(sized(size), at(mips)))
      expect(busy.lostNs).toBeGreaterThanOrEqual(calm.lostNs)
      expect(busy.bytes).toBeGreaterThanOrEqual(calm.bytes)
      expect(busy.ns).toBeGreaterThanOrEqual(calm.ns)
    })
    fc.assert(property, { numRuns: 30 })
    const sent = [0, 100, 300, 1000].map((mips) => mover()(sized(16), at(mips)).bytes)
    expect(sent).toEqual([...sent].sort((a, b) => a - b))
    const pulled = mover({ pipeline: postcopy() })
    const lost = [0, 100, 300, 1000].map((mips) => pulled(sized(16), at(mips)).lostNs)
    expect(lost).toEqual([...lost].sort((a, b) => a - b))
  })

  it('moves the memory that the VM has now', () => {
    const { bytes } = simulatedMove({ pipeline: precopy(), link: wire })(sized(4), { ...at(0), memoryBytes: 6 * MIB })
    expect(bytes).toBe(1536 * 4104)
  })

  it('has the part of the link that its hosts’ other moves leave, beside its own network', () => {
    const [alone, fourth, beside] = [at(0), at(0, { parallel: 4 }), at(0, { network: 5e6 })].map(mover().bind(null, sized(16)))
    expect(fourth.ns / alone.ns).toBeCloseTo(4, 2)
    expect(beside.ns / alone.ns).toBeCloseTo(2, 1)
  })

  it('goes by any engine, its windows included', () => {
    const engine = engineOf('qemu-7.2')
    const of = sized(16)
    const withWindows = mover({ ...engine })(of, at(300))
    expect(withWindows).not.toEqual(mover({ pipeline: engine.pipeline })(of, at(300)))
    expect(withWindows).not.toHaveProperty('failed')
    for (const { name, ...one } of engines) {
      const cost = mover({ ...one })(sized(8), at(300))
      expect([name, cost.failed]).toEqual([name, undefined])
      expect(cost.bytes).toBeGreaterThan(8 * MIB)
      expect(cost.downtimeNs).toBeLessThan(cost.ns)
    }
  })
})

describe('runs of moves', () => {
  it('are shared by VMs of a size whose load is rounded up to the same, and made when they are needed', () => {
    const counts: number[] = []
    const move = mover({ ran: (runs) => counts.push(runs) })
    expect(counts).toEqual([])
    const one = move(sized(4), at(310))
    expect(move({ ...sized(4), name: 'another' }, at(350))).toBe(one)
    expect(move(sized(4), at(350.00000001))).toBe(one)
    expect(counts).toEqual([1])
    move(sized(4), at(351))
    move(sized(8), at(310))
    move(sized(4), at(310, { network: 1 }))
    move(sized(4), at(310, { parallel: 2 }))
    move({ ...sized(4), mips: 2000 }, at(620))
    expect(counts).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('never take less time or send less than exact ones, and exact ones are each by itself', () => {
    const rounded = mover()
    const counts: number[] = []
    const exact = mover({ step: 0, ran: (runs) => counts.push(runs) })
    for (const mips of [3, 10, 77, 210, 214, 333, 500, 949, 1000]) {
      const [cost, truth] = [rounded, exact].map((move) => move(sized(12), at(mips)))
      expect(cost.ns).toBeGreaterThanOrEqual(truth.ns)
      expect(cost.bytes).toBeGreaterThanOrEqual(truth.bytes)
      expect(cost.ns / truth.ns).toBeLessThan(1.1)
    }
    expect(counts).toHaveLength(9)
  })

  it('are of a guest of yours, by name unless you say who is alike', () => {
    const guestOf = ({ name }: FleetVm, { mips }: { readonly mips: number }) =>
      vmOf({ pages: 1024, workload: name === 'database' && mips > 0 ? uniform({ pages: 1024, writesPerSecond: 20 * mips }) : undefined })
    const [database, web] = ['database', 'web'].map((name): FleetVm => ({ ...sized(4), name }))
    const move = mover({ guestOf })
    expect(move(database, at(500)).bytes).toBeGreaterThan(move(web, at(500)).bytes)
    const alike = mover({ guestOf, alike: () => 'all' })
    expect(alike(web, at(500))).toBe(alike(database, at(500)))
  })

  it('have the energy that you say', () => {
    expect(moveJoules(100 * MIB)).toBeCloseTo(71.365, 9)
    const { bytes, joules } = mover({ joules: (sent) => sent / 1e6 })(sized(4), at(0))
    expect(joules).toBe(bytes / 1e6)
  })
})

describe('moves of a fleet’s day', () => {
  const utilisations = [0.2, 0.5, 0.9].map((part) => Array.from({ length: 6 }, () => part))
  const hosts = ['a', 'b'].map((name) => ({ name, cores: 4, mipsPerCore: 1000, memoryBytes: 2 ** 30, power: specPower.hpMl110G4 }))
  const vms = utilisations.map((_, i): FleetVm => ({ ...sized(8), name: `vm${i}` }))
  /** Each VM in turn to the other host. */
  const inTurn =
    (look: number): FleetDecider =>
    (view) => [[{ type: 'startMigration', vm: look % 3, to: view.host[look % 3] === 0 ? 1 : 0 }], inTurn(look + 1)]
  const day = (options: Partial<SimulatedMoveOptions>) => {
    const hostsOf: number[][] = []
    const rows: FleetRow[] = []
    const moveCost = simulatedMove({ pipeline: precopy(), link: wire, ...options })
    const manager = { name: 'in turn', begin: () => inTurn(0) }
    fleetDay({ hosts, vms, utilisations, placement: [0, 0, 0], manager, moveCost }, ({ host }) => hostsOf.push([...host])).subscribe(
      (row) => rows.push(row)
    )
    const moves = rows.flatMap((row) => row.moves)
    const sum = (of: 'downtimeNs' | 'ns' | 'bytes' | 'lostNs') => moves.reduce((all, move) => all + (move[of] ?? 0), 0)
    return { rows, moves, sum, hostsOf, begun: moves.map(({ vm, from, to }) => [vm, from, to]) }
  }

  it('stand still less by post-copy than by pre-copy, lose more, and send less', () => {
    const [pre, post, cold] = [precopy(), postcopy(), stopAndCopy()].map((pipeline) => day({ pipeline }))
    expect(pre.begun).toEqual([
      [0, 0, 1],
      [1, 0, 1],
      [2, 0, 1],
      [0, 1, 0],
      [1, 1, 0]
    ])
    expect(post.begun).toEqual(pre.begun)
    expect(post.sum('downtimeNs')).toBeLessThan(pre.sum('downtimeNs') / 1.5)
    expect(post.sum('lostNs')).toBeGreaterThan(pre.sum('lostNs'))
    expect(post.sum('bytes')).toBeLessThan(pre.sum('bytes'))
    expect(cold.sum('downtimeNs')).toBeGreaterThan(2 * post.sum('lostNs'))
    expect(post.moves[0].joules).toBe(moveJoules(post.moves[0].bytes))
    expect(pre.hostsOf).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
      [0, 1, 1]
    ])
  })

  it('leave VMs where they were when the link dies in the middle, and nowhere where it had half of them', () => {
    const faults = [{ at: seconds(0.4), what: 'link' }] as const
    const pre = day({ faults })
    expect(pre.hostsOf).toEqual(Array.from({ length: 5 }, () => [0, 0, 0]))
    expect(pre.rows.flatMap(({ failed }) => failed.map(({ reason }) => reason))).toEqual(Array(4).fill('the link failed'))
    const post = day({ pipeline: postcopy(), faults: ({ name }) => (name === 'vm1' ? faults : []) })
    expect(post.hostsOf).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [1, -1, 0],
      [1, -1, 1],
      [0, -1, 1]
    ])
    expect(post.rows.flatMap(({ failed }) => failed)).toMatchObject([{ vm: 1, from: 0, to: 1, lost: true }])
    expect(post.rows.flatMap(({ refused }) => refused)).toMatchObject([{ vm: 1, reason: 'it does not run any more' }])
  })
})

describe('a move that something breaks', () => {
  const faults = [{ at: seconds(1), what: 'link' }] as const

  it('leaves the VM where it was when the link dies in the middle', () => {
    for (const pipeline of [precopy(), stopAndCopy(), tlm(), hybrid()]) {
      const cost = mover({ pipeline, faults })(sized(24), at(300))
      expect(cost).toMatchObject({ failed: 'the link failed', ns: expect.closeTo(1e9, -7) })
      expect(cost).not.toHaveProperty('lost')
      expect(cost.bytes).toBeGreaterThan(9e6)
      expect(cost.bytes).toBeLessThan(11e6)
    }
  })

  it('loses the VM where its memory was on both hosts, and goes on when the link is mended in time', () => {
    const broken = mover({ pipeline: postcopy(), faults })(sized(24), at(300))
    expect(broken).toMatchObject({ failed: 'the link was not mended within 60 s', lost: true, ns: expect.closeTo(61e9, -8) })
    expect(broken.lostNs).toBeGreaterThan(60e9)
    const mended = mover({ pipeline: postcopy(), faults: [{ ...faults[0], until: seconds(3) }] })(sized(24), at(300))
    expect(mended).not.toHaveProperty('failed')
    expect(mended.lostNs).toBeGreaterThan(mover({ pipeline: postcopy() })(sized(24), at(300)).lostNs)
    expect(mover({ faults: [{ at: seconds(1), what: 'source' }] })(sized(24), at(300))).toMatchObject({
      failed: 'the source failed',
      lost: true
    })
  })

  it('may be one VM’s only, and shares no run with others then', () => {
    const move = mover({ faults: ({ name }) => (name === 'unlucky' ? faults : []) })
    expect(move(sized(24), at(300)).failed).toBeUndefined()
    expect(move({ ...sized(24), name: 'unlucky' }, at(300)).failed).toBe('the link failed')
  })

  it('fails where it does not end in time before the switch, and has moved behind it', () => {
    expect(mover({ until: seconds(1) })(sized(24), at(300))).toMatchObject({ failed: 'not within 1 s of simulated time', ns: 1e9 })
    const pulling = mover({ pipeline: postcopy(), until: seconds(1) })(sized(24), at(300))
    expect(pulling).toMatchObject({ ns: 1e9 })
    expect(pulling).not.toHaveProperty('failed')
  })

  it('says what is senseless', () => {
    expect(() => mover({ step: -1 })).toThrow('simulatedMove: step must be from 0 to 1 (got -1)')
    expect(() => mover()(sized(4), at(0, { parallel: 0 }))).toThrow('simulatedMove: parallel must be at least 1 (got 0)')
    expect(() => serverGuest({ writesPerSecond: -1 })).toThrow('serverGuest: writesPerSecond must be at least 0 and finite (got -1)')
  })
})
