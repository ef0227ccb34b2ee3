import { draining } from '../../lib/hotspot/draining'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import type { FleetCommand, FleetDecider, FleetManager, FleetView, StartMigration } from '../../lib/protocol/fleet'
import { alteredManager, type OtherwiseManaged } from './alteredManager'
import { drainKept } from './drainKept'
import type { FleetInvariant } from './fleetInvariant'
import type { FleetInvariantName } from './fleetInvariants'

/** A manager that does something wrong, and what finds it; `invariants`: where it is held to others than `fleetInvariants()`. */
export type BrokenManager = {
  readonly found: FleetInvariantName | 'drainKept'
  readonly manager: () => FleetManager
  readonly invariants?: readonly FleetInvariant[]
}

const altered = (name: string, otherwise: OtherwiseManaged): FleetManager => alteredManager(sandpiper(), name, () => otherwise)

/** Sandpiper with other moves in place of each that it orders. */
const sending = (name: string, moves: (move: StartMigration, view: FleetView) => readonly FleetCommand[]): FleetManager =>
  altered(name, {
    decides: (commands, view) => commands.flatMap((one) => (one.type === 'startMigration' ? moves(one, view) : [one]))
  })

/** The VMs that a host could send away now, in their order. */
const settledOn = ({ on, moving }: FleetView, host: number): readonly number[] =>
  on[host].filter((vm) => moving[vm] === 0).sort((a, b) => a - b)

/** The last VM that has come to each host, and from where: who sends it back at once. */
const sendingBack = (): FleetManager =>
  alteredManager(sandpiper(), 'sends back at once', () => {
    let before: Int32Array | undefined
    return {
      decides: (commands, { host, vms }) => {
        const came = vms.flatMap((_, vm): readonly FleetCommand[] => {
          const from = before?.[vm] ?? host[vm]
          return from >= 0 && host[vm] >= 0 && from !== host[vm] ? [{ type: 'startMigration', vm, to: from, why: `back ${vm}` }] : []
        })
        before = host.slice()
        return [...commands.filter(({ vm }) => !came.some((one) => one.vm === vm)), ...came]
      }
    }
  })

/** Two managers that know nothing of each other; the first comes first where both send a VM. */
const together = (one: FleetManager, other: FleetManager): FleetManager => ({
  name: `${one.name}, and ${other.name} beside it`,
  begin: (hosts, vms) => {
    const both =
      (a: FleetDecider, b: FleetDecider): FleetDecider =>
      (view) => {
        const [[first, nextA], [second, nextB]] = [a(view), b(view)]
        return [[...first, ...second.filter(({ vm }) => !first.some((it) => it.vm === vm))], both(nextA, nextB)]
      }
    return both(one.begin(hosts, vms), other.begin(hosts, vms))
  }
})

/** A number that outlives days: every other time that it is asked nothing is done. */
const remembering = (): FleetManager => {
  let asked = 0
  return { ...altered('remembers other days', { decides: (commands) => (asked++ % 3 === 0 ? [] : commands) }) }
}

/** What was last known of lost reports, taken for a report. */
const known = (view: FleetView): FleetView => ({ ...view, lost: new Uint8Array(view.lost.length) })

/** VMs of which nothing is known counted as if they took all they can, and their hosts with them. */
const full = (view: FleetView): FleetView => {
  const lost = view.vms.map((_, vm) => view.lost[vm] === 1)
  const isFull = view.on.map((there) => there.some((vm) => lost[vm]))
  return {
    ...known(view),
    demand: view.demand.map((mips, vm) => (lost[vm] ? view.vms[vm].mips : mips)),
    given: view.given.map((mips, host) => (isFull[host] ? view.hosts[host].cores * view.hosts[host].mipsPerCore : mips))
  }
}

/** Managers that are wrong, by what is wrong with them; for whoever writes one of his own, and to see that each invariant can fail. */
export const brokenManagers: Readonly<Record<string, BrokenManager>> = {
  /** A host is a hotspot though it is expected to cool down. */
  predictsNothing: { found: 'hotspotsHaveEvidence', manager: () => ({ ...sandpiper({ forecast: false }), name: 'predicts nothing' }) },
  /** k of n, off by one: one look above the threshold is enough. */
  countsOneLookLess: { found: 'hotspotsHaveEvidence', manager: () => ({ ...sandpiper({ k: 1 }), name: 'counts one look less' }) },
  /** A look before the last n counts too, and nobody is told. */
  looksFurtherBack: {
    found: 'hotspotsHaveEvidence',
    manager: () =>
      alteredManager(sandpiper({ n: 4 }), 'looks further back', () => ({ finds: (found) => found.map((one) => ({ ...one, n: 3 })) }))
  },
  /** It says nothing of what it finds, and moves VMs after one look above the threshold. */
  movesInSilence: {
    found: 'hotspotsHaveEvidence',
    manager: () => alteredManager(sandpiper({ k: 1 }), 'moves in silence', () => ({ finds: () => [] }))
  },
  /** Everything goes to the next host, however full it is. */
  looksAtNoTarget: {
    found: 'targetsStayBelow',
    manager: () => sending('looks at no target', (move, { host, hosts }) => [{ ...move, to: (host[move.vm] + 1) % hosts.length }])
  },
  /** A VM goes back as soon as it has come. */
  sendsBackAtOnce: { found: 'noPingPong', manager: sendingBack },
  /** Hosts have memory without end. */
  forgetsMemory: {
    found: 'asksWithinMemory',
    manager: () =>
      altered('forgets memory', {
        sees: (view) => ({ ...view, hosts: view.hosts.map((host) => ({ ...host, memoryBytes: 1e6 * host.memoryBytes })) })
      })
  },
  /** A swap is made at once in both directions, as if VMs left before they have arrived. */
  swapsAtOnce: {
    found: 'asksWithinMemory',
    manager: () =>
      sending('swaps at once', (move, view) => [
        move,
        ...settledOn(view, move.to)
          .slice(0, 1)
          .map((vm): StartMigration => ({ type: 'startMigration', vm, to: view.host[move.vm], why: move.why }))
      ])
  },
  /** Of the VMs of a hot host the first by name goes. */
  goesByNames: {
    found: 'namesDecideNothing',
    manager: () =>
      sending('goes by names', (move, view) => {
        const [vm] = [...settledOn(view, view.host[move.vm])].sort((a, b) => (view.vms[a].name < view.vms[b].name ? -1 : 1))
        return [{ ...move, vm }]
      })
  },
  /** A lost sample is one in full use. */
  takesLostForFull: { found: 'lostSamplesInventNothing', manager: () => altered('takes lost samples for full ones', { sees: full }) },
  /** A lost sample is the one before once more. */
  takesLostForKnown: { found: 'lostSamplesInventNothing', manager: () => altered('takes lost samples for those before', { sees: known }) },
  /** Each VM is sent to two hosts. */
  decidesTwice: {
    found: 'decidesOnce',
    manager: () => sending('decides twice', (move, { hosts }) => [move, { ...move, to: (move.to + 1) % hosts.length }])
  },
  /** What is on its way already is sent once more. */
  sendsAgain: {
    found: 'decidesOnce',
    manager: () =>
      altered('sends again', {
        decides: (commands, { arriving }) => [
          ...commands,
          ...arriving.flatMap((coming, to) => [...coming].map((vm): FleetCommand => ({ type: 'startMigration', vm, to })))
        ]
      })
  },
  /** For a hotspot some VM of another host goes to a third. */
  relievesAnother: {
    found: 'decisionsRelieve',
    manager: () =>
      sending('relieves another host', (move, view) => {
        const from = view.hosts.findIndex((_, host) => host !== view.host[move.vm] && host !== move.to && settledOn(view, host).length > 0)
        return from < 0 ? [] : [{ ...move, vm: settledOn(view, from)[0] }]
      })
  },
  /** A host is drained, and hotspots are mitigated onto it all the same. */
  drainsOnto: {
    found: 'drainKept',
    manager: () => together(draining(sandpiper(), { hosts: ['h0'], at: 0, parallel: 2 }), sandpiper()),
    invariants: [drainKept({ host: 0, from: 0, parallel: 2 })]
  },
  /** All VMs of a host that is drained leave it at once. */
  drainsAllAtOnce: {
    found: 'drainKept',
    manager: () => draining(sandpiper(), { hosts: ['h0'], at: 0, parallel: 10 }),
    invariants: [drainKept({ host: 0, from: 0, parallel: 2 })]
  },
  /** What it does depends on days before this one. */
  remembersOtherDays: { found: 'sameDaySameRows', manager: remembering }
}
